"""Every preset is valid, and says what the thesis says."""

import pytest

from config import presets
from config.kinds import KINDS
from config.options import BY_NAME
from config.resolve import resolve
from data.names import domain_names
from framework.errors import UserError

DCGAN = {"batch_size": 128, "latent_dim": 100, "latent": "uniform", "lr_g": 2e-4, "lr_d": 2e-4,
         "beta_1": 0.5, "beta_2": 0.999}
WGANGP = {"loss": "wgan", "disc_penalty": "wgan-gp", "penalty_weight": 10.0,
          "discriminator_steps": 5}


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_resolves_and_is_described(name, tmp_path):
    for dataset in ("horse2zebra", "apple2orange"):
        for domain in ("trainA", "trainB"):
            folder = tmp_path / dataset / domain
            folder.mkdir(parents=True)
            (folder / "1.jpg").write_bytes(b"")
    preset = presets.load_preset(name)
    config = resolve(["--preset", name, "--data_dir", str(tmp_path), *_data(preset)])
    assert config.experiment.preset == name
    assert {k: config.values()[k] for k in preset.values} == preset.values
    assert preset.description and "\n" not in preset.description
    assert all(pattern.count("/") == 1 for pattern in preset.default_for)
    if name[0].isdigit():
        assert "section" in preset.source


def _data(preset):
    if "dataset" in preset.values:
        return []
    gan_type = next((p.split("/")[0] for p in preset.default_for),
                    preset.values.get("gan_type", "scogan"))
    return ["--gan_type", gan_type, "--dataset",
            "glyph" if KINDS[gan_type].few == 1 and gan_type != "classifier" else "glyph2edge"]


@pytest.mark.parametrize("name", [n for n in presets.names() if n.startswith(("5.1", "5.2", "7."))])
def test_the_settings_of_the_digits_of_chapter_5(name):
    values = presets.load_preset(name).values
    assert values.items() >= {**DCGAN, **WGANGP, "weight_decay": 0.0}.items()
    assert values["iterations"] == (20000 if "edge" in name else 25000)
    assert set(presets.load_preset(name).reports["lpips"]) == {
        "generated", "mnist", "mnist_edge" if "edge" in name else "svhn_pruned"}


@pytest.mark.parametrize("name, weights", [
    ("5.1-mnist2edge-cogan", {}), ("5.1-mnist2edge-sl", {"semantic": 10}),
    ("5.1-mnist2edge-cc", {"cycle": 10}), ("5.1-mnist2edge-fr", {"feature": 10}),
    ("5.2-mnist2svhn-cogan", {}), ("5.2-mnist2svhn-fr", {"feature": 100}),
    ("5.2-mnist2svhn-slfr", {"semantic": 10, "feature": 100}),
    ("5.2-mnist2svhn-slcc", {"semantic": 10, "cycle": 10}),
    ("5.2-mnist2svhn-frcc", {"feature": 100, "cycle": 10}),
    ("5.3-celebsmiling-slfr", {"semantic": 10, "feature": 100}),
    ("5.3-celebsmiling-slcc", {"semantic": 10, "cycle": 10}), ("5.3-celebsmiling-cogan", {}),
    ("7.5-mnist2svhn-sl", {"semantic": 10}),
    ("4.1-mnist2edge-fr", {"feature": 10}), ("4.1-mnist2edge-uncoupled", {}),
    ("4.1-mnist2svhn-fr10", {"feature": 10}), ("4.1-mnist2svhn-fr75", {"feature": 75}),
    ("4.1-mnist2svhn-fr100-k2-wgangp", {"feature": 100}), ("3-mnist2edge-cogan", {})])
def test_the_weights_of_the_couplings(name, weights):
    config = resolve(["--preset", name])
    found = {kind: getattr(config.coupling, f"{kind}_weight")
             for kind in ("feature", "cycle", "semantic", "tying", "balance")}
    assert {kind: weight for kind, weight in found.items() if weight} == weights


def test_the_settings_of_the_inverse_network():
    """Chen's thesis, section 4.3.1."""
    config = resolve(["--preset", "chen-4-inverse", "--dataset", "glyph2edge"])
    training, style = config.training, config.style
    assert (config.data.image_size, style.crop, training.batch_size, style.swapped) == (
        256, 0, 2, True)
    assert (training.optimizer, training.lr, style.tv_weight) == ("adam", 1e-3, 1e-6)


@pytest.mark.parametrize("name, iterations", [
    ("3-mnist2edge-cogan", 25000), ("3-mnist2svhn-cogan-shared4", 25000),
    ("4.1-mnist2edge-fr", 4000), ("4.1-mnist2svhn-fr100", 20000),
    ("4.1-mnist2svhn-fr100-k3-wgangp", 20000)])
def test_the_settings_of_chapters_3_and_4(name, iterations):
    values = presets.load_preset(name).values
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
    training = config.training
    assert (training.discriminator_steps, training.iterations) == (steps, iterations)
    assert (training.lr_g, training.lr_d, training.latent_dim, training.batch_size) == (
        lr, lr, 10, 100)


@pytest.mark.parametrize("name", [n for n in presets.names() if n.startswith(("5.3", "5.4"))])
def test_the_settings_of_the_larger_images_of_chapter_5(name):
    values = presets.load_preset(name).values
    assert values.items() >= {**DCGAN, **WGANGP, "lr_g": 1e-4, "lr_d": 1e-4, "beta_1": 0.0,
                              "beta_2": 0.9, "generator": "face128", "discriminator": "face128",
                              "weight_decay": 0.0, "image_size": 128}.items()
    assert values["iterations"] == (35000 if "celeb" in name else 20000)


@pytest.mark.parametrize("name", [n for n in presets.names() if n.endswith("-pl")])
def test_the_perceptual_weights_of_the_thesis(name):
    values = presets.load_preset(name).values
    assert (values["content_weight"], values["style_weight"]) == (1e-3, 1e-12)
    assert values["content_layers"] == BY_NAME["content_layers"].default
    assert values["style_layers"] == BY_NAME["style_layers"].default
    assert not {"semantic_weight", "feature_weight", "cycle_weight"} & set(values)


def test_every_model_of_chapter_5_is_there():
    trained = {"5.1-mnist2edge": "cogan fr sl cc pl",
               "5.2-mnist2svhn": "cogan fr slfr slcc frcc pl",
               "5.3-celebsmiling": "cogan slfr slcc pl", "5.3-celebblond": "pl",
               "5.3-celebeyeglasses": "pl", "5.4-apple2orange": "cogan pl",
               "5.4-horse2zebra": "cogan pl", "7.5-mnist2svhn": "sl"}
    found = {n for n in presets.names() if n.startswith(("5.", "7.5"))}
    assert found == {f"{data}-{kind}" for data, kinds in trained.items() for kind in kinds.split()}


@pytest.mark.parametrize("name, figures", [
    ("5.1-mnist2edge-pl", (0.1019, 0.1110, 0.1064)),
    ("5.2-mnist2svhn-pl", (0.2948, 0.1120, 0.2117)),
    ("5.3-celebsmiling-cogan", (0.0433, 0.3923, 0.3877)),
    ("5.3-celebsmiling-slfr", (0.1294, 0.3875, 0.3921)),
    ("5.3-celebsmiling-slcc", (0.1708, 0.3879, 0.3881)),
    ("5.3-celebsmiling-pl", (0.0857, 0.3907, 0.3962)),
    ("5.4-apple2orange-cogan", (0.6081, 0.6939, 0.7021)),
    ("5.4-apple2orange-pl", (0.5774, 0.7361, 0.7339)),
    ("5.4-horse2zebra-cogan", (0.6238, 0.6691, 0.6844)),
    ("5.4-horse2zebra-pl", (0.6163, 0.6715, 0.6900))])
def test_the_tables_of_chapter_5_as_printed(name, figures):
    """Generated domain 1 with 2, then generated with real in domain 1 and in domain 2; the
    names are those of the domains."""
    preset = presets.load_preset(name)
    found = preset.reports["lpips"]
    assert tuple(found.values()) == figures
    domains = domain_names(preset.values["dataset"])
    titles = [domain.replace(":", "/").split("/")[-1] for domain in domains]
    assert list(found) == ["generated", *titles]


SOFT = [n for n in presets.names() if n[0] in "457"
        and presets.load_preset(n).values["gan_type"] == "scogan"]


@pytest.mark.parametrize("name", SOFT)
def test_what_listing_6_7_shares_and_compares(name):
    """One dense row for both generators; the first K of the rows after it are compared, which the
    row of 32x32x128 of the digits is not among; SVHN is the pruned one."""
    values = presets.load_preset(name).values
    assert values["shared_generator"] == 1
    assert values.get("shared_discriminator") == (6 if values["generator"] == "face128" else None)
    k = 2 if "-k2-" in name else 3
    rows = {"digit": (2, 3, 4), "digit_small": (2, 3, 5), "face128": (2, 3, 4)}
    assert values.get("feature_rows") == (
        ",".join(map(str, rows[values["generator"]][:k])) if values.get("feature_weight") else None)
    assert values["dataset"] != "mnist2svhn"
    assert values.get("classifier_epochs") == (10 if "semantic_weight" in values else None)
    assert values.get("classifier_domains") == ("mnist" if name == "5.1-mnist2edge-sl" else None)


def test_table_5_2_as_printed():
    assert presets.load_preset("5.2-mnist2svhn-slfr").reports["lpips"] == {
        "generated": 0.3016, "mnist": 0.1162, "svhn_pruned": 0.2046}


@pytest.mark.parametrize("pair, name", [
    ("scogan/mnist2svhn", "5.2-mnist2svhn-slfr"), ("cogan/mnist2edge", "3-mnist2edge-cogan"),
    ("scogan/glyph2street", "demo"), ("cogan/glyph2edge", "quick-glyph2edge-cogan"),
    ("gan/ring", "quick-ring"), ("gan/mnist_edge", "2.6-digits-dcgan"),
    ("scogan/CelebBlond", "5.3-celebsmiling-slfr"), ("cogan/celeba:Male", "5.3-celebsmiling-cogan"),
    ("scogan/apple2orange", "5.4-apple2orange-pl"), ("classifier/celeba", "classifier-faces"),
    ("classifier/CelebSmiling", "classifier-faces"), ("classifier/mnist", "classifier"),
    ("scogan/mnist2svhn_pruned", "5.2-mnist2svhn-slfr"),
    ("scogan/my/own/images", "own-scogan"), ("gan/elsewhere", "own-gan"), ("odd/ring", ""),
    ("mmd_gan/mnist", "chen-3.4-mnist"), ("mmd_gan/folder:my/faces", "chen-3.5-faces"),
    ("mmd_gan/glyph", "quick-glyph-mmd"), ("mmd_gan/svhn", "own-mmd_gan"),
    ("gmmn/mnist", "chen-3.4-mnist-gmmn"), ("gmmn/folder:faces", "chen-3.5-faces-gmmn"),
    ("gmmn/glyph", "quick-glyph-gmmn"), ("gmmn/svhn", "own-gmmn"),
    ("drift/glyph", "quick-glyph-drift"), ("drift/glyph2edge", "quick-glyph-drift"),
    ("drift/mnist", "quick-mnist-drift"), ("drift/folder:faces", "own-drift"),
    ("vae/glyph", "quick-vae"), ("vae/mnist", "own-vae"), ("realnvp/glyph_edge", "quick-realnvp"),
    ("realnvp/ring", "own-realnvp")])
def test_which_preset_a_pair_picks(pair, name):
    assert presets.default_for(*pair.split("/", 1)) == name


def test_no_pair_is_claimed_twice():
    claims = [pattern for name in presets.names()
              for pattern in presets.load_preset(name).default_for]
    assert len(claims) == len(set(claims))


@pytest.mark.parametrize("text, message", [
    ("seed = 1", "preset x: has no description"),
    ('description = "d"\nsede = 1', "preset x: unknown option 'sede'; did you mean 'seed'"),
    ('description = "d"\nloss = "gan"', "preset x: unknown loss 'gan'"),
    ('description = "d"\nseed = -1', "preset x: seed must be"),
    ('description = ', "preset x: ")])
def test_a_wrong_preset_is_refused(text, message):
    with pytest.raises(UserError, match=message):
        presets.parse_preset("x", text)


def test_the_list_holds_every_preset():
    rows = presets.rows()
    assert [row[0] for row in rows] == list(presets.names())
    assert all(len(row) == 4 and row[1] for row in rows)
    reports = {row[0]: row[2] for row in rows}
    assert reports["classifier"] == "98 % on MNIST, 92 % on MNIST with SVHN"
    assert reports["5.2-mnist2svhn-slfr"] == (
        "LPIPS generated 0.3016, mnist 0.1162, svhn_pruned 0.2046")
    assert reports["5.3-celebsmiling-slfr"].endswith("Smiling 0.3921; no joint distribution")
    assert reports["demo"] == ""
