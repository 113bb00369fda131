"""What --help and --version print, and that what they say is so."""

import re
import shlex

import pytest

from commands.dispatch import main
from commands.pages import EXAMPLES
from commands.registry import COMMANDS
from config import presets
from config.applicable import serving
from config.kinds import KINDS
from config.options import BY_NAME, OPTIONS
from config.resolve import from_values
from framework import command_line
from framework.environment import environment
from framework.errors import UserError
from framework.version import VERSION
from tests.config.test_applicable import DATA, NEEDED, other_value

COMMON = {"gan_type", "preset", "run", "dataset", "image_size", "iterations", "batch_size", "loss",
          "feature_weight", "semantic_weight", "seed"}


def printed(capsys, *words):
    assert main(list(words)) == 0
    found = capsys.readouterr()
    assert found.err == ""
    return found.out


def shown(page):
    """The names of the options that a page explains."""
    return set(re.findall(r"^  --(\w+)", page, re.M))


def test_the_short_page_has_what_people_use_and_says_where_the_rest_is(capsys):
    page = printed(capsys, "--help")
    common = {option.name for option in OPTIONS if option.common}
    assert shown(page) == common and common > COMMON and 20 <= len(common) <= 26
    assert "--help all prints every option" in page.splitlines()[-1]
    assert page.startswith("SCoGAN trains generative adversarial networks")
    assert len(page.splitlines()) < 120 and max(map(len, page.splitlines())) <= 100


def test_the_short_page_has_every_command_in_one_line(capsys):
    head = printed(capsys, "--help").partition("commands:\n")[2].partition("\n\n")[0]
    lines = dict(line.split(maxsplit=1) for line in head.splitlines())
    assert list(lines) == list(COMMANDS)
    assert all(len(text) > 15 and text.endswith(" ...") == (text[-1] == ".")
               for text in lines.values())
    assert lines["sample"] == "Draws a grid, or single pictures, from a run's generators"


@pytest.mark.parametrize("line", [line for line, _ in EXAMPLES])
def test_every_example_is_a_command_line(capsys, line):
    assert f"  python main.py {line} " in printed(capsys, "--help")
    first, *rest = words = shlex.split(line)
    command, given = ("train", words) if first.startswith("--") else (first, rest)
    assert command_line.parse(COMMANDS.options[command], given)


@pytest.mark.parametrize("words", [["--help", "all"], ["help", "all"], ["train", "--help"],
                                   ["train", "-h", "all"], ["--help=all"]])
def test_the_whole_page_has_every_option(capsys, words):
    page = printed(capsys, *words)
    assert shown(page) == set(BY_NAME)
    assert page.index("\nexperiment:\n") < page.index("\ncoupling:\n") < page.index("\ndevice:\n")


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_of_a_kind_leaves_out_what_is_refused(capsys, kind):
    page = printed(capsys, "--help", "all", "--gan-type", kind)
    assert f"mean something for --gan_type {kind};" in " ".join(page.split())
    names = shown(page)
    assert {"gan_type", "seed", "dataset", "iterations"} < names < set(BY_NAME)
    given = {"gan_type": kind, "dataset": DATA[kind], "preset": "none", **NEEDED.get(kind, {})}
    for name in set(BY_NAME) - names:
        with pytest.raises(UserError, match=f"^{name} .*belongs to "):
            from_values(given | {name: other_value(BY_NAME[name])})


@pytest.mark.parametrize("name", presets.names())
def test_the_page_of_a_preset_has_all_that_the_preset_gives(name):
    values = presets.load_preset(name).values
    kind = values.get("gan_type", BY_NAME["gan_type"].default)
    assert set(values) <= {option.name for option in serving(kind)}


def test_an_option_goes_with_what_it_needs():
    """classifier_noise needs a term that reads classes, and moment matching has none."""
    names = {kind: {option.name for option in serving(kind)} for kind in KINDS}
    assert "classifier_noise" in names["gan"] and "classifier_noise" not in names["gmmn"]
    assert "leader" in names["scogan"] and "leader" not in names["gan"]
    assert "drift_tau" in names["drift"] and "drift_tau" not in names["scogan"]
    assert "kl_warmup" in names["style_vae"] and "kl_warmup" not in names["inverse_net"]


def test_a_preset_names_a_kind_unless_a_kind_is_named(capsys):
    of_kind = printed(capsys, "--help", "all", "--gan_type", "gan")
    assert printed(capsys, "--preset", "2.3-ring-k1", "--help", "all") == of_kind
    assert printed(capsys, "--preset", "demo", "--help", "all", "--gan_type=gan") == of_kind
    assert shown(printed(capsys, "--preset", "none", "--help", "all")) == set(BY_NAME)
    assert shown(printed(capsys, "--gan_type", "gan", "--help")) < set(BY_NAME)


@pytest.mark.parametrize("words", [["help", "fit_encoder"], ["--help", "fit-encoder"]])
def test_help_about_a_command(capsys, words):
    page = printed(capsys, *words)
    with pytest.raises(SystemExit):
        main(["fit-encoder", "--help"])
    assert capsys.readouterr().out == page and shown(page) == {"iterations", "seed"}


@pytest.mark.parametrize("words, message", [
    (["--help", "al"], "unknown help 'al'; did you mean 'all'"),
    (["help", "sampel"], "unknown help 'sampel'; did you mean 'sample'"),
    (["--help", "all", "--gan_type", "cogn"], "unknown gan_type 'cogn'; did you mean 'cogan'"),
    (["--help", "all", "--preset", "demmo"], "unknown preset 'demmo'; did you mean 'demo'"),
    (["--help", "all", "--gan_type"], "gan_type: expected one argument")])
def test_a_page_that_is_not_there(capsys, words, message):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(f"scogan: error: {message}") and err.count("\n") == 1


def test_two_dashes_hide_what_looks_like_a_question(capsys):
    assert main(["--", "--help"]) == 2
    assert "unknown option '--'" in capsys.readouterr().err


def test_the_versions(capsys):
    lines = dict(line.split(" ", 1) for line in printed(capsys, "--version").splitlines())
    assert lines.pop("scogan") == VERSION and re.fullmatch(r"\d+\.\d+\.\d+", VERSION)
    assert {"python", "tensorflow", "keras", "numpy", "opencv-python-headless"} <= set(lines)
    assert lines.items() <= environment().items()
