"""Every preset is valid, and says what the thesis says."""

import pytest

from framework import presets
from framework.config import resolve
from framework.errors import UserError

DCGAN = {"batch_size": 128, "latent_dim": 100, "latent": "uniform", "lr_g": 2e-4, "lr_d": 2e-4,
         "beta_1": 0.5, "beta_2": 0.999}
WGANGP = {"loss": "wgan", "disc_penalty": "wgan-gp", "penalty_weight": 10.0, "critic_steps": 5}


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_resolves_and_is_described(name, tmp_path):
    for dataset in ("horse2zebra", "apple2orange"):
        for domain in ("trainA", "trainB"):
            folder = tmp_path / dataset / domain
            folder.mkdir(parents=True)
            (folder / "1.jpg").write_bytes(b"")
    preset = presets.load(name)
    config = resolve(["--preset", name, "--data_dir", str(tmp_path), *_data(preset)])
    assert config.preset == name
    assert {k: getattr(config, k) for k in preset.values} == preset.values
    assert preset.description and "\n" not in preset.description
    assert all(pattern.count("/") == 1 for pattern in preset.default_for)
    if name[0].isdigit():
        assert "section" in preset.source


def _data(preset):
    if "dataset" in preset.values:
        return []
    gan_type = next((p.split("/")[0] for p in preset.default_for), "scogan")
    return ["--gan_type", gan_type, "--dataset",
            "glyph2edge" if gan_type in ("cogan", "scogan", "classifier") else "glyph"]


@pytest.mark.parametrize("name", [n for n in presets.names() if n.startswith(("5.", "7."))])
def test_the_settings_of_chapter_5(name):
    values = presets.load(name).values
    assert values.items() >= {**DCGAN, **WGANGP, "weight_decay": 0.0}.items()
    assert values["iterations"] == (20000 if "edge" in name else 25000)
    assert set(presets.load(name).reports["lpips"]) == {
        "generated", "mnist", "mnist_edge" if "edge" in name else "svhn"}


@pytest.mark.parametrize("name, weights", [
    ("5.1-mnist2edge-cogan", {}), ("5.1-mnist2edge-sl", {"semantic": 10}),
    ("5.1-mnist2edge-cc", {"cycle": 10}), ("5.1-mnist2edge-fr", {"feature": 10}),
    ("5.2-mnist2svhn-cogan", {}), ("5.2-mnist2svhn-fr", {"feature": 100}),
    ("5.2-mnist2svhn-slfr", {"semantic": 10, "feature": 100}),
    ("5.2-mnist2svhn-slcc", {"semantic": 10, "cycle": 10}),
    ("5.2-mnist2svhn-frcc", {"feature": 100, "cycle": 10}),
    ("7.5-mnist2svhn-sl", {"semantic": 10}),
    ("4.1-mnist2edge-fr", {"feature": 10}), ("4.1-mnist2edge-uncoupled", {}),
    ("4.1-mnist2svhn-fr10", {"feature": 10}), ("4.1-mnist2svhn-fr75", {"feature": 75}),
    ("4.1-mnist2svhn-fr100-k2-wgangp", {"feature": 100}), ("3-mnist2edge-cogan", {})])
def test_the_weights_of_the_couplings(name, weights):
    config = resolve(["--preset", name])
    found = {kind: getattr(config, f"{kind}_weight")
             for kind in ("feature", "cycle", "semantic", "tying", "balance")}
    assert {kind: weight for kind, weight in found.items() if weight} == weights


@pytest.mark.parametrize("name, iterations", [
    ("3-mnist2edge-cogan", 25000), ("3-mnist2svhn-cogan-shared4", 25000),
    ("4.1-mnist2edge-fr", 4000), ("4.1-mnist2svhn-fr100", 20000),
    ("4.1-mnist2svhn-fr100-k3-wgangp", 20000)])
def test_the_settings_of_chapters_3_and_4(name, iterations):
    values = presets.load(name).values
    assert values.items() >= DCGAN.items()
    assert values["iterations"] == iterations
    if name.endswith("wgangp"):
        assert values.items() >= WGANGP.items()
    else:
        assert values["loss"] == "nonsaturating" and "disc_penalty" not in values


@pytest.mark.parametrize("name, steps, iterations, lr", [
    ("2.3-ring-k1", 1, 2000, 1e-4), ("2.3-ring-k5", 5, 2000, 1e-4),
    ("2.5-ring-wgangp", 5, 3000, 1e-4)])
def test_the_toys_of_chapter_2(name, steps, iterations, lr):
    config = resolve(["--preset", name])
    assert (config.critic_steps, config.iterations) == (steps, iterations)
    assert (config.lr_g, config.lr_d, config.latent_dim, config.batch_size) == (lr, lr, 10, 100)


def test_table_5_2_as_printed():
    assert presets.load("5.2-mnist2svhn-slfr").reports["lpips"] == {
        "generated": 0.3016, "mnist": 0.1162, "svhn": 0.2046}


@pytest.mark.parametrize("pair, name", [
    ("scogan/mnist2svhn", "5.2-mnist2svhn-slfr"), ("cogan/mnist2edge", "3-mnist2edge-cogan"),
    ("scogan/glyph2street", "demo"), ("cogan/glyph2edge", "quick-glyph2edge-cogan"),
    ("gan/ring", "2.3-ring-k1"), ("gan/mnist_edge", "2.6-digits-dcgan"),
    ("scogan/my/own/images", "own-scogan"), ("gan/elsewhere", "own-gan"), ("odd/ring", ""),
    ("mmd_gan/mnist", "chen-3.4-mnist"), ("mmd_gan/folder:my/faces", "chen-3.5-faces"),
    ("mmd_gan/glyph", "quick-glyph-mmd"), ("mmd_gan/svhn", "own-mmd_gan"),
    ("gmmn/mnist", "chen-3.4-mnist-gmmn"), ("gmmn/folder:faces", "chen-3.5-faces-gmmn"),
    ("gmmn/glyph", "quick-glyph-gmmn"), ("gmmn/svhn", "own-gmmn")])
def test_which_preset_a_pair_picks(pair, name):
    assert presets.default_for(*pair.split("/", 1)) == name


def test_no_pair_is_claimed_twice():
    claims = [pattern for name in presets.names() for pattern in presets.load(name).default_for]
    assert len(claims) == len(set(claims))


@pytest.mark.parametrize("text, message", [
    ("seed = 1", "preset x: has no description"),
    ('description = "d"\nsede = 1', "preset x: unknown option 'sede'; did you mean 'seed'"),
    ('description = "d"\nloss = "gan"', "preset x: unknown loss 'gan'"),
    ('description = "d"\nseed = -1', "preset x: seed must be"),
    ('description = ', "preset x: ")])
def test_a_wrong_preset_is_refused(text, message):
    with pytest.raises(UserError, match=message):
        presets.parse("x", text)


def test_the_list_holds_every_preset():
    rows = presets.rows()
    assert [row[0] for row in rows] == list(presets.names())
    assert all(len(row) == 3 and row[1] for row in rows)
