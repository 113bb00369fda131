"""Every command, option and preset that a page names exists: the program's own parsers read it.

Nothing is trained here; `test_runs.py` gives the commands.
"""

import os
import re
from fnmatch import filter as matching

import pytest

from config import presets
from framework.errors import UserError
from tests.docs import tiny
from tests.docs.pages import NAMES, STARTERS, blocks, commands, inline, listings, whole_lines
from tests.docs.understood import options, understood
from tests.docs.world import lay_out, noise, pretend_runs

PRESET = re.compile(r"(quick|own|chen|arbel|binkowski|huang|\d\.\d)-[a-z][\w.*-]+")
# Not of `main.py`: of git, tensorboard, modules of ours that are run by -m, and pip.
OTHER_OPTIONS = {"logdir", "jobs", "runs", "sizes", "batches", "gan_types", "presets", "ways",
                 "growth", "strict", "nets", "seconds", "inverse", "adain", "limit", "rounds",
                 "help", "version", "shm_size", "force_reinstall"}
# Lines of the shell, each with the commands in it.
SHELL = {
    'eval "$(python main.py completion bash)"': ["python main.py completion bash"],
    "python main.py completion fish | source": ["python main.py completion fish"],
    "python main.py completion tcsh > FILE": ["python main.py completion tcsh"],
    "until python main.py ...; do [ $? -eq 75 ] || break; done": [],
}
ENVIRONMENT = ("export TF_CONFIG=", "export SCOGAN_CACHE=")
# What is only said to be there, without anything behind it.
BARE = {"python main.py", "python -m"}


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory):
    place, before = tmp_path_factory.mktemp("world"), os.getcwd()
    os.chdir(place)
    lay_out(place, noise())
    pretend_runs(place)
    yield
    os.chdir(before)


@pytest.mark.parametrize("page", NAMES)
def test_the_program_knows_every_command(page):
    for _, line in commands(page):
        if line in BARE or line.startswith((*ENVIRONMENT, "cd ", "git ")):
            continue
        for each in SHELL.get(line, [line]):
            try:
                understood(each)
            except (UserError, SystemExit) as error:
                raise AssertionError(f"{page}: {each}: {error}") from error


@pytest.mark.parametrize("page", NAMES)
def test_no_line_of_a_listing_is_something_else(page):
    for body in listings(page):
        for line in whole_lines(body):
            assert line.startswith(STARTERS), f"{page}: {line}"


@pytest.mark.parametrize("page", NAMES)
def test_every_option_and_preset_in_a_sentence_exists(page):
    own = {name for body in blocks(page, "python")
           for name in re.findall(r'(?:Option|weight_option)\("(\w+)"', body)}
    known = options() | OTHER_OPTIONS | own | {f"{name}_weight" for name in own}
    for code in inline(page):
        for name in re.findall(r"(?:^|\s)--([a-zA-Z][\w-]*)", code):
            assert name.replace("-", "_") in known, f"{page}: --{name}"
        for word in code.split():
            if PRESET.fullmatch(word):
                assert matching(presets.names(), word), f"{page}: {word}"


def test_what_is_not_given_is_on_a_page():
    """So the table of what is not run holds nothing stale."""
    lines = [line for page in NAMES for _, line in commands(page)]
    for part in tiny.NOT_RUN:
        assert any(part in line for line in lines), part


@pytest.mark.parametrize("line, message", [
    ("python main.py --preset demo --iterationz 5", "did you mean '--iterations'"),
    ("python main.py --preset demoo", "did you mean 'demo'"),
    ("python main.py --gan_type gan --dataset glyph --feature_weight 3", "feature_weight belongs"),
    ("python main.py sampel RUN", "did you mean 'sample'"),
    ("python main.py evaluate RUN --metrics fidd", "did you mean 'fid'"),
    ("python main.py explain 5.2-mnist2svhn-slf", "unknown preset"),
    ("python main.py reproduce 5.9", "unknown table"),
    ("python main.py figures contour", "did you mean 'contours'"),
    ("python main.py --gan_type scogan --dataset folder:NONE", "NONE"),
    ("python -m benchmarks.speed --ways eagr", "eagr"),
])
def test_a_stale_command_fails(line, message):
    with pytest.raises(UserError, match=re.escape(message)):
        understood(line)


@pytest.mark.parametrize("line", ["make tests", "pip install scogan", "python -m benchmarks.fast",
                                  "python -m benchmarks.style time --side 3"])
def test_what_is_not_there_fails(line):
    with pytest.raises(AssertionError):
        understood(line)
