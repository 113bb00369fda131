"""A file is either whole or not there."""

import os
import stat

import pytest

from framework.errors import UserError
from framework.files import replacing, writable_folder, write_text


def test_a_file_is_replaced(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "one")
    write_text(path, "two\n")
    assert path.read_text() == "two\n"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(RuntimeError), replacing(path) as temporary:
        temporary.write_text("half")
        assert temporary.suffix == ".txt" and temporary.parent == tmp_path
        raise RuntimeError
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a.txt"]


def test_the_mode_is_an_ordinary_file_s(tmp_path):
    write_text(tmp_path / "a", "")
    (tmp_path / "b").write_text("")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"]
    assert modes[0] == modes[1]


def test_a_folder_is_made_or_refused_at_once(tmp_path):
    assert writable_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    (tmp_path / "file").write_text("")
    for place, message in (("file", "it is a file"), ("file/x", "Not a directory"),
                           ("n" * 300, "name too long")):
        with pytest.raises((UserError, OSError), match=message):
            writable_folder(tmp_path / place)


def test_the_name_that_is_told_is_that_of_the_file_asked_for(tmp_path):
    with pytest.raises(OSError) as found:
        write_text(tmp_path / "no" / "a.txt", "x")
    assert found.value.filename == str(tmp_path / "no" / "a.txt")
    with pytest.raises(OSError) as found, replacing(tmp_path / "b.txt"):
        raise OSError(28, "No space left on device")
    assert found.value.filename == str(tmp_path / "b.txt")
