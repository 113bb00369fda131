"""Defaults < preset < configuration file < flags, and nothing unknown gets through."""

import dataclasses
import json

import pytest

from commands.registry import COMMANDS
from config import presets
from config.options import BY_NAME
from config.resolve import OPTIONS, load_config, resolve, training_parser
from framework import command_line
from framework.errors import UserError

# Those of style transfer belong to gan_types of their own (test_checks_style.py).
BOOLS = [o.name for o in OPTIONS if o.type is bool and o.group != "style"]


@pytest.fixture
def preset(monkeypatch, tmp_path):
    """Writes presets into a folder of their own."""
    monkeypatch.setattr(presets, "FOLDER", tmp_path / "presets")
    presets.FOLDER.mkdir()

    def write(name, text):
        (presets.FOLDER / f"{name}.toml").write_text(f'description = "for a test"\n{text}')
        presets.names.cache_clear(), presets.load_preset.cache_clear()
    yield write
    presets.names.cache_clear(), presets.load_preset.cache_clear()


@pytest.fixture
def file(tmp_path):
    def write(name, text):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)
    return write


def stored_run(tmp_path, **values):
    config = resolve(["--preset", "none", *(f"--{k}={v}" for k, v in values.items())])
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_text(json.dumps(config.stored()))
    return str(run)


def test_precedence(preset, file):
    preset("p", "seed = 1\nbatch_size = 1\nwidth = 1\nlatent_dim = 11\n")
    path = file("c.toml", "seed = 2\nbatch_size = 2\n")
    config = resolve(["--preset", "p", "--config", path, "--seed", "3"])
    training = config.training
    assert (config.experiment.seed, training.batch_size, training.latent_dim) == (3, 2, 11)
    assert training.discriminator_steps == BY_NAME["discriminator_steps"].default
    assert config.explicit == {"preset", "config", "seed", "batch_size"}


def test_a_file_may_be_json_and_may_name_the_preset(preset, file):
    preset("p", "seed = 1\nlatent_dim = 11\n")
    config = resolve(["--config", file("c.json", '{"preset": "p", "seed": 2}')])
    experiment = config.experiment
    assert (experiment.preset, experiment.seed, config.training.latent_dim) == ("p", 2, 11)


def test_the_pair_picks_its_preset_and_flags_override_it(preset):
    preset("a", 'default_for = ["scogan/glyph2edge"]\nseed = 5\nlatent_dim = 7\n')
    config = resolve(["--gan_type", "scogan", "--dataset", "glyph2edge", "--seed", "6"])
    experiment = config.experiment
    assert (experiment.preset, experiment.seed, config.training.latent_dim) == ("a", 6, 7)
    assert "preset" not in config.explicit
    assert resolve(["--dataset", "glyph2street"]).experiment.preset == ""
    plain = resolve(["--dataset", "glyph2edge", "--preset", "none"])
    assert plain.training.latent_dim == BY_NAME["latent_dim"].default


def test_a_picked_preset_does_not_change_the_data(preset):
    preset("a", 'default_for = ["gan/glyph*"]\ngan_type = "gan"\ndataset = "glyph_edge"\n')
    assert resolve(["--gan_type", "gan"]).data.dataset == "glyph"
    assert resolve(["--preset", "a"]).data.dataset == "glyph_edge"
    assert resolve(["--preset", "a", "--dataset", "glyph_street"]).data.dataset == "glyph_street"
    assert resolve(["--preset", "a", "--domains", "glyph"]).data.dataset == ""


def test_a_misspelt_preset_names_the_nearest():
    with pytest.raises(UserError, match="unknown preset 'dmo'; did you mean 'demo'"):
        resolve(["--preset", "dmo"])


@pytest.mark.parametrize("gan_type, dataset", [
    ("gan", "glyph"), ("cogan", "glyph2street"), ("scogan", "glyph2street")])
def test_a_gan_type_alone_finds_its_data(gan_type, dataset):
    assert resolve(["--gan_type", gan_type]).data.dataset == dataset


def test_the_run_folder_follows_from_what_is_trained():
    assert resolve([]).experiment.run == "runs/scogan-glyph2street"
    assert resolve(["--preset", "demo"]).experiment.run == "runs/demo"
    assert resolve(["--preset", "none"]).experiment.run == "runs/scogan-glyph2street"
    both = resolve(["--domains", "glyph,glyph_edge"])
    assert both.experiment.run == "runs/scogan-glyph-glyph_edge"
    assert resolve(["--run", "here", "--preset", "demo"]).experiment.run == "here"


def test_the_configuration_is_read_only():
    config = resolve([])
    with pytest.raises(AttributeError, match="seed is read-only"):
        config.experiment.seed = 3
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.experiment = None


def test_a_section_knows_its_own_options_alone():
    config = resolve(["--seed", "4"])
    with pytest.raises(AttributeError, match="no option 'seed' among iterations, batch_size"):
        config.training.seed  # noqa: B018
    changed = config.with_options(batch_size=3)
    assert (changed.training.batch_size, changed.experiment.seed) == (3, 4)
    assert changed != config
    assert changed.with_options(batch_size=config.training.batch_size) == config


def test_what_is_stored_holds_every_option_but_the_places():
    kept = resolve(["--seed", "4"]).stored()
    assert set(kept) == set(BY_NAME) - {"run", "config"}
    assert kept["seed"] == 4
    assert json.loads(json.dumps(kept)) == kept


# What a switch needs beside it to mean something.
BESIDE = {"decoupled_weight_decay": ["--weight_decay", "0.1"],
          "force_precision": ["--precision", "mixed_bfloat16"],
          "parent_discriminators": ["--parent_iterations", "5"],
          "leader_frozen": ["--leader", "1", "--parent_iterations", "5", "--feature_weight", "1"]}


@pytest.mark.parametrize("name", BOOLS)
def test_every_switch_can_be_switched_on_and_off(name):
    beside = BESIDE.get(name, [])
    assert resolve([f"--{name}", *beside]).values()[name] is True
    assert resolve([f"--no-{name}", *beside]).values()[name] is False
    assert resolve([f"--no_{name}", *beside]).values()[name] is False


@pytest.mark.parametrize("name", BOOLS)
def test_a_switch_can_undo_a_preset(preset, name):
    preset("p", f"{name} = true\n")
    beside = ["--preset", "p", *BESIDE.get(name, [])]
    assert resolve(beside).values()[name] is True
    assert resolve([*beside, f"--no-{name}"]).values()[name] is False


@pytest.mark.parametrize("argv, message", [
    (["--iteration", "5"], "unknown option '--iteration'; did you mean '--iterations'"),
    (["--iterationz=5"], "unknown option '--iterationz'; did you mean '--iterations'"),
    (["--lr-gg", "1"], "unknown option '--lr-gg'; did you mean '--lr_g'"),
    (["--no-tensorbord"], "unknown option '--no-tensorbord'; did you mean '--no_tensorboard'"),
    (["--tensorboard", "off"], "unexpected argument 'off'"),
    (["--seed"], "seed: expected one argument"),
    (["--dataset", "glyph2edge", "--domains", "glyph,glyph_edge"], "not both"),
])
def test_mistakes_on_the_command_line(argv, message):
    with pytest.raises(UserError, match=message):
        resolve(argv)


@pytest.mark.parametrize("name, text, message", [
    ("c.toml", "sed = 1", "c.toml: unknown option 'sed'; did you mean 'seed'"),
    ("c.toml", "loss = 'hing'", "c.toml: unknown loss 'hing'; did you mean 'hinge'"),
    ("c.toml", "seed = 1.5", "c.toml: seed must be a whole number"),
    ("c.toml", "seed = ", "c.toml: "),
    ("c.json", "[1]", "c.json: holds no options"),
    ("c.json", "{", "c.json: "),
])
def test_mistakes_in_a_file(file, name, text, message):
    with pytest.raises(UserError, match=message):
        resolve(["--config", file(name, text)])


def test_a_missing_or_unreadable_file(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UserError, match=f"config {path}"):
            resolve(["--config", str(path)])
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="binary.toml"):
        resolve(["--config", str(tmp_path / "binary.toml")])


def test_a_run_alone_goes_on_with_what_it_was_made_with(tmp_path):
    run = stored_run(tmp_path, gan_type="cogan", seed=9, batch_size=4)
    config = resolve(["--run", run])
    experiment = config.experiment
    assert (experiment.gan_type, experiment.seed, config.training.batch_size) == ("cogan", 9, 4)
    assert config.experiment.run == run and config.explicit == {"run"}
    raised = resolve(["--run", run, "--iterations", "77"])
    assert (raised.training.iterations, raised.experiment.seed) == (77, 9)


def test_a_run_with_an_experiment_is_resolved_anew(tmp_path):
    run = stored_run(tmp_path, gan_type="cogan", seed=9)
    assert resolve(["--run", run, "--gan_type", "cogan"]).experiment.seed == 0


def test_a_run_alone_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="no run at .*missing"):
        resolve(["--run", str(tmp_path / "missing")])


def test_load_config(tmp_path):
    run = stored_run(tmp_path, seed=9)
    assert load_config(run).experiment.seed == 9
    with pytest.raises(UserError, match="no run at"):
        load_config(tmp_path)
    (tmp_path / "run" / "config.json").write_text('{"sed": 1}')
    with pytest.raises(UserError, match="did you mean 'seed'"):
        load_config(run)


@pytest.mark.parametrize("words, option, value", [
    (["--batch-size", "7"], "batch_size", 7), (["--batch-size=7"], "batch_size", 7),
    (["--lr_g=2e-3"], "lr_g", 2e-3), (["--run", "a-b_c"], "run", "a-b_c"),
    (["--run=--batch-size"], "run", "--batch-size"), (["--run=-x-y"], "run", "-x-y"),
    (["--run=--a-b=c-d"], "run", "--a-b=c-d"), (["--no-swapped"], "swapped", False)])
def test_a_name_is_spelled_with_either_dash_and_a_value_is_left_alone(words, option, value):
    assert command_line.parse(OPTIONS, words) == {option: value}


def test_behind_two_dashes_stand_values():
    found = command_line.parse(COMMANDS.options["translate"], ["RUN", "--", "--data-dir", "-a-b"])
    assert found == {"run": "RUN", "images": ["--data-dir", "-a-b"]}


def test_the_help_names_every_option_with_its_default():
    text = " ".join(training_parser(prog="x").format_help().split())
    for option in OPTIONS:
        assert f"--{option.name} " in text or f"--{option.name}," in text
    assert "(default: 25000)" in text and "(default: true)" in text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-with-mark"])
def test_a_configuration_file_as_windows_editors_write_it(tmp_path, encoding):
    text = 'gan_type = "cogan"  # café\r\nseed = 7\r\n'
    data = b"\xff\xfe" + text.encode("utf-16-le") if "with-mark" in encoding else text.encode(
        encoding)
    (tmp_path / "c.toml").write_bytes(data)
    found = resolve(["--config", str(tmp_path / "c.toml")]).experiment
    assert (found.gan_type, found.seed) == ("cogan", 7)


def test_a_file_that_python_would_read_for_minutes_is_refused(tmp_path):
    path = tmp_path / "dots.toml"
    path.write_text("a." * 50_000 + "a = 1")
    with pytest.raises(UserError, match="100005 characters are more than options fill"):
        resolve(["--config", str(path)])


@pytest.mark.parametrize("content, message", [
    (b"", "config.json: Expecting value"), (b"[]", "holds no options"), (b"{}", "no gan_type"),
    (b"\xff\xff", "codec"), (b"[" * 100_000, "nested too deeply"), (b"9" * 5000, "digits"),
    (b'{"gan_type": "gan"}', "no gan_type and no data"), (b'{"seed": "x"}', "seed must be")])
def test_what_is_no_configuration_of_a_run(tmp_path, content, message):
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(UserError, match=message) as found:
        load_config(tmp_path)
    assert "is no run, or is damaged" in str(found.value)


def test_a_place_without_a_run_says_what_it_is(tmp_path):
    (tmp_path / "runs" / "b").mkdir(parents=True)
    (tmp_path / "runs" / "b" / "config.json").write_text("{}")
    for name, message in (("runs", "runs in it: b"), ("runs/b/config.json", "it is a file"),
                          ("no", "no config.json in it"), ("a[b]\n", "no config.json")):
        with pytest.raises(UserError, match=message):
            load_config(tmp_path / name)
