"""Files in HDF5 are looked through before they are read."""

import h5py
import numpy as np
import pytest

from framework.errors import UserError
from framework.h5 import check_h5


def write(path, fill):
    with h5py.File(path, "w") as file:
        fill(file)
    return path


def test_arrays_within_the_bound_pass(tmp_path):
    def fill(file):
        file.create_group("layer").create_dataset("kernel", data=np.ones((10, 10), "f4"))
        file["bias"] = np.ones(10, "f4")
        file["empty"] = h5py.Empty("f4")
    check_h5(write(tmp_path / "a.h5", fill), 440)
    with pytest.raises(UserError, match="declares arrays of"):
        check_h5(tmp_path / "a.h5", 439)


@pytest.mark.parametrize("settings", [{}, {"chunks": (1024, 1024)},
                                      {"chunks": (1024, 1024), "compression": "gzip"}])
def test_a_small_file_that_declares_much_is_refused(tmp_path, settings):
    path = write(tmp_path / "a.h5", lambda f: f.create_dataset("x", (2**16, 2**16), "f4",
                                                               **settings))
    assert path.stat().st_size < 2**20
    with pytest.raises(UserError, match="declares arrays of 16384 MiB"):
        check_h5(path, 2**30)


def circle(file):
    file["group/again"] = file.create_group("group")


def outside(file):
    file.create_dataset("x", (4,), "f4", external=[("/etc/passwd", 0, 16)])


@pytest.mark.parametrize("fill, message", [
    (lambda f: f.__setitem__("x", h5py.ExternalLink("/etc/passwd", "y")), "leads to another"),
    (lambda f: f.__setitem__("x", h5py.SoftLink("/y")), "leads to another"),
    (circle, "holds itself"), (outside, "is no array in the file"),
    (lambda f: f.__setitem__("x", np.dtype("f4")), "is no array in the file")])
def test_what_weights_do_not_need_is_refused(tmp_path, fill, message):
    with pytest.raises(UserError, match=message):
        check_h5(write(tmp_path / "a.h5", fill), 2**30)


@pytest.mark.parametrize("content", [b"", b"text", b"\x89HDF\r\n\x1a\n" + bytes(40)])
def test_other_files_are_one_line(tmp_path, content):
    (tmp_path / "a.h5").write_bytes(content)
    with pytest.raises(UserError, match="cannot read the weights .*a.h5: "):
        check_h5(tmp_path / "a.h5", 2**30)


def test_numbers_that_are_not_finite_are_refused_by_their_place(tmp_path):
    path = write(tmp_path / "a.h5", lambda f: f.__setitem__("layer/bias", np.float32([1, np.nan])))
    with pytest.raises(UserError, match="a.h5: layer/bias holds .* not finite"):
        check_h5(path, 2**20)
