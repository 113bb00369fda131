"""Arrays of others: what they declare is looked at first."""

import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from framework import arrays
from framework.arrays import check_finite, open_arrays
from framework.errors import UserError


class Touch:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_arrays_are_read_as_numpy_writes_them(tmp_path):
    held = {"a/b": np.arange(6.0).reshape(2, 3), "c": np.arange(4, dtype="<i2"),
            "d": np.asfortranarray(np.eye(3)), "e": np.float32(3)}
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "a.npz", **held)
        with open_arrays(tmp_path / "a.npz") as file:
            assert set(file.names) == set(held)
            for name, array in held.items():
                assert file.header(name) == (np.shape(array), np.asarray(array).dtype)
                np.testing.assert_array_equal(file.read(name), array)


def test_objects_are_refused_and_not_run(tmp_path):
    hostile = np.empty(1, object)
    hostile[0] = Touch(tmp_path / "touched")
    np.savez(tmp_path / "a.npz", a=hostile)
    with pytest.raises(UserError, match="a.npz: the array a holds Python objects"), \
            open_arrays(tmp_path / "a.npz") as file:
        file.read("a")
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("content", [
    b"", b"text", pickle.dumps([1]), b"\x93NUMPY\x01\x00", b"PK\x05\x06" + bytes(18)])
def test_other_files_are_one_line(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(UserError, match="cannot read .*a.npz: "), \
            open_arrays(tmp_path / "a.npz") as file:
        file.read("a")


def write_member(path, shape, data=b"", **settings):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False,
                                                  "shape": shape})
    with zipfile.ZipFile(path, "w", **settings) as file:
        file.writestr("a.npy", header.getvalue() + data)


@pytest.mark.parametrize("shape, data", [
    ((2**40,), b""), ((3,), bytes(8)), ((3,), bytes(16)), ((2**62, 2**62), b"")])
def test_an_array_that_is_not_as_long_as_it_says_is_refused(tmp_path, shape, data):
    write_member(tmp_path / "a.npz", shape, data)
    with pytest.raises(UserError, match="the array a is not as long as it says"), \
            open_arrays(tmp_path / "a.npz") as file:
        file.read("a")


def test_a_bomb_is_refused_by_the_memory_that_is_free(tmp_path, monkeypatch):
    write_member(tmp_path / "a.npz", (2**20,), bytes(2**22), compression=zipfile.ZIP_DEFLATED)
    assert (tmp_path / "a.npz").stat().st_size < 2**14
    with open_arrays(tmp_path / "a.npz") as file:
        assert file.read("a").nbytes == 2**22
    monkeypatch.setattr(arrays, "free_memory", lambda: 2.0**22)
    with pytest.raises(UserError, match="more than the memory that is free"), \
            open_arrays(tmp_path / "a.npz") as file:
        file.read("a")


def test_free_memory_is_a_number_of_bytes():
    assert arrays.free_memory() > 2**20


@pytest.mark.parametrize("array, message", [
    (np.array([1.0, np.nan]), "not finite"), (np.array([np.inf]), "not finite"),
    (np.array([1e39]), "not finite"), (np.array(["a"]), "holds <U1"),
    (np.array([1j]), "holds complex128"), (np.array([True]), "holds bool")])
def test_what_is_no_weight_of_a_net_is_refused_with_the_name_of_the_file(array, message):
    check_finite("w.npz", [("good", np.ones(3)), ("whole", np.ones(3, int))])
    with pytest.raises(UserError, match=f"w.npz: bad .*{message}|w.npz: bad {message}"):
        check_finite("w.npz", [("good", np.ones(3)), ("bad", array)])
