"""Any command line and any file of options: a training, or one line."""

import json
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import figures
import reproduce
import style
import trainers
import trainers.domains
from commands.registry import COMMANDS
from config import presets
from config.options import BY_NAME, OPTIONS
from config.run import Run
from framework.options import Option
from tests.properties.guard import run
from tests.properties.strategies import mutated, words

HEAVY = {trainers: ("train", "sample", "walk", "evaluation", "folder_evaluation"),
         figures: ("draw",), reproduce: ("reproduction",), style: ("stylize", "textures")}


@pytest.fixture(autouse=True)
def nothing_is_trained(monkeypatch):
    """Whatever computes does nothing, but that a training checks and makes its folder."""
    for package, names in HEAVY.items():
        for name in names:
            monkeypatch.setattr(package, name, SimpleNamespace(main=lambda *a, **k: None),
                                raising=False)
    monkeypatch.setattr(trainers.train, "main", lambda config, domains, page_for:
                        Run.check(config.experiment.run, config).close())
    monkeypatch.setattr(trainers.domains, "load_domains", lambda config, **how: ())


def values(option: Option) -> st.SearchStrategy:
    """What a user may give for an option: mostly of its type, near its bounds, or anything."""
    near = []
    if option.choices is not None:
        near.append(st.sampled_from(sorted(option.choices)))
    if option.type in (int, float):
        bounds = [b for b in (option.low, option.high, 1, 0, 2**31, -1) if b is not None]
        near.append(st.sampled_from(bounds).flatmap(
            lambda b: st.sampled_from([b - 1, b, b + 1, b / 2])).map(str))
    return st.one_of(*near, *near, words())


def flags(options) -> st.SearchStrategy[list[str]]:
    """Some of the options with values, a positional as a bare word."""
    def one(option):
        given = values(option)
        if option.positional:
            return given.map(lambda value: [value])
        if option.type is bool:
            return st.sampled_from([[f"--{option.name}"], [f"--no_{option.name}"],
                                    [f"--no-{option.name}"], [f"--{option.name}=yes"]])
        dashed = option.name.replace("_", "-")
        return st.one_of(given.map(lambda value: [f"--{option.name}", value]),
                         given.map(lambda value: [f"--{dashed}", value]),
                         given.map(lambda value: [f"--{option.name}={value}"]))
    some = st.lists(st.sampled_from(list(options)).flatmap(one), max_size=6)
    return some.map(lambda pairs: [word for pair in pairs for word in pair])


def experiments() -> st.SearchStrategy[list[str]]:
    """A training that would go, or nearly."""
    return st.one_of(
        st.just([]), st.sampled_from(presets.names()).map(lambda name: ["--preset", name]),
        st.tuples(st.sampled_from(["gan", "cogan", "scogan", "mmd_gan", "gmmn", "drift",
                                   "classifier", "inverse_net", "style_vae", "vae", "realnvp",
                                   "cyclegan"]),
                  st.sampled_from(["glyph", "ring", "glyph2street", "mnist2svhn", "folder:a,b",
                                   "CelebSmiling", "horse2zebra", "folder:."])).map(
            lambda pair: ["--gan_type", pair[0], "--dataset", pair[1], "--preset", "none"]))


@given(experiments(), flags(OPTIONS))
@example(["--gan_type", "gan"], ["--run", "a\ud800"])
@example([], ["--seed=--"])
@example([], ["--help"])
@example(["--gan_type", "gan"], ["--help", "all"])
@example(["--preset", "demo"], ["--help=al"])
@example([], ["--dataset=--"])
def test_any_flags(at_home, experiment, more):
    run([*experiment, *more], at_home)


@given(st.data())
def test_any_command(at_home, data):
    name = data.draw(st.sampled_from(sorted(COMMANDS)))
    given_flags = data.draw(flags(COMMANDS.options[name])) if COMMANDS.options[name] else []
    run([name, *given_flags, *data.draw(st.lists(words(), max_size=1))], at_home)


@given(st.lists(words(), max_size=4))
def test_any_words(at_home, given_words):
    run(given_words, at_home)


def json_values():
    return st.recursive(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(),
                                  st.text(max_size=10)),
                        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                            st.text(max_size=5), inner, max_size=3), max_leaves=6)


@given(st.dictionaries(st.one_of(st.sampled_from(sorted(BY_NAME)), st.text(max_size=8)),
                       json_values(), max_size=6))
@example({"run": "a\0b"})
@example({"run": "a\ud800"})
@example({"dataset": "folder:a\0b", "gan_type": "gan"})
def test_any_json(at_home, options):
    (at_home / "options.json").write_text(json.dumps(options))
    run(["--config", "options.json"], at_home)


TEXTS = [path.read_bytes() for path in sorted(presets.FOLDER.glob("*-glyph*.toml"))] + [
    b'seed = 1\nlr_g = 1e-3\ndataset = "glyph"\ngan_type = "gan"\n',
    b'{"seed": 1, "lr_g": 0.001, "dataset": "glyph", "gan_type": "gan"}',
    "gan_type = 'gan'".encode("utf-16"), b"seed = 1979-05-27\n[a.b]\nc = [1, {d = 2}]\n"]


@given(mutated(TEXTS), st.sampled_from(["options.toml", "options.json", "options"]))
def test_any_file_of_options(at_home, data, name):
    (at_home / name).write_bytes(data)
    run(["--config", name], at_home)


LONG = {"deep.json": "[" * 100_000, "deep.toml": "a = " + "[" * 10_000,
        "digits.json": '{"seed": ' + "9" * 5000 + "}", "digits.toml": "seed = " + "9" * 5000,
        "dots.toml": "a." * 4000 + "a = 1", "more_dots.toml": "a." * 50_000 + "a = 1"}


@pytest.mark.parametrize("name", LONG)
def test_files_that_would_take_for_ever(at_home, name):
    (at_home / name).write_text(LONG[name])
    assert run(["--config", name], at_home)[0] == 2
