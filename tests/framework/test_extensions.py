"""Files of one's own, from the folders that an environment variable names."""

import os
import sys

import pytest

from framework.errors import UserError
from framework.extensions import VARIABLE, extension_files, load_extensions
from losses.adversarial import LOSSES


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Two folders that are named, "a" before "b"; what was loaded from them is forgotten."""
    named = [tmp_path / name for name in ("a", "b")]
    for folder in named:
        folder.mkdir()
    monkeypatch.setenv(VARIABLE, os.pathsep.join(map(str, named)))
    yield named
    for name in [each for each in sys.modules if each.startswith("scogan_extension_")]:
        del sys.modules[name]


def test_every_file_is_imported_once_in_order(folders, tmp_path):
    trace = tmp_path / "trace"
    line = f"open({str(trace)!r}, 'a').write(__name__ + ' ')\n"
    for folder, stem in ((0, "two"), (0, "one"), (1, "else")):
        (folders[folder] / f"{stem}.py").write_text(line)
    (folders[0] / "notes.txt").write_text("no Python")
    for _ in range(2):
        load_extensions()
    assert trace.read_text().split() == [f"scogan_extension_{n}" for n in ("one", "two", "else")]


def test_what_a_file_registers_has_its_name(folders):
    (folders[0] / "mine.py").write_text(
        "from losses.adversarial import LOSSES, ScoreLoss\n\n\n"
        "@LOSSES.register('of-a-test')\nclass Mine(ScoreLoss):\n    pass\n")
    known = list(LOSSES)
    try:
        load_extensions()
        assert LOSSES.find("of-a-test").__module__ == "scogan_extension_mine"
        assert list(LOSSES) == [*known, "of-a-test"]
    finally:
        for table in (LOSSES._things, LOSSES._modules, LOSSES.options):
            table.pop("of-a-test")


@pytest.mark.parametrize("text, reason", [
    ("1 / 0", "ZeroDivisionError: division by zero"), ("def", "SyntaxError: invalid syntax"),
    ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
    ("raise ValueError('one\\ntwo')", "ValueError: one two")])
def test_a_file_that_fails_is_named_in_one_line(folders, text, reason):
    (folders[1] / "wrong.py").write_text(text)
    for _ in range(2):
        with pytest.raises(UserError) as error:
            load_extensions()
        assert str(error.value).startswith(f"{folders[1] / 'wrong.py'}: {reason}")
        assert "\n" not in str(error.value)


def test_two_files_of_one_name_are_refused(folders):
    for folder in folders:
        (folder / "same.py").write_text("")
    with pytest.raises(UserError, match="same name"):
        load_extensions()


def test_files_of_another_kind_are_listed(folders, monkeypatch):
    for path in (folders[1] / "c.toml", folders[0] / "b.toml", folders[0] / "a.toml"):
        path.write_text("")
    assert extension_files(".toml") == [folders[0] / "a.toml", folders[0] / "b.toml",
                                        folders[1] / "c.toml"]
    monkeypatch.setenv(VARIABLE, "")
    assert extension_files(".toml") == []
    load_extensions()


def test_a_folder_that_is_not_there_is_refused(folders, monkeypatch, tmp_path):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    with pytest.raises(UserError, match=f"{VARIABLE} names .*none"):
        load_extensions()
