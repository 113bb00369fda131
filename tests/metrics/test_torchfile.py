"""Checkpoints written by hand are read as they are; pickles that ask for more are refused."""

import pickle
import resource
import struct
import zipfile

import numpy as np
import pytest

from framework.errors import UserError
from metrics.torchfile import ALLOWED_NAMES, RestrictedUnpickler, read_state_dict

RNG = np.random.default_rng(0)
ARRAYS = {"features.0.weight": RNG.normal(size=(4, 3, 2, 2)).astype("float32"),
          "features.0.bias": RNG.normal(size=4), "steps": np.array([7, -8], "int64")}


def same(found, arrays=None):
    arrays = ARRAYS if arrays is None else arrays
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def write_legacy(path, torch, arrays, magic=0x1950A86A20F9469CFC6C):
    """As torch wrote before 1.6, with the byte strings of Python 2's pickles."""
    items = {name: torch.described(str(i), array) for i, (name, array) in enumerate(arrays.items())}
    with open(path, "wb") as file:
        for head in (magic, 1001, {"little_endian": True}):
            pickle.dump(head, file, 2)
        file.write(torch.state_dict(items))
        file.write(b"\x80\x02](" + b"".join(
            b"U" + bytes([len(str(i))]) + str(i).encode() for i in range(len(arrays))) + b"e.")
        for array in arrays.values():
            file.write(struct.pack("<q", array.size) + array.tobytes())


def test_a_zipped_checkpoint(tmp_path, torch):
    torch.save(tmp_path / "new.pth", ARRAYS)
    same(read_state_dict(tmp_path / "new.pth"))


def test_an_old_checkpoint(tmp_path, torch):
    write_legacy(tmp_path / "old.pth", torch, ARRAYS)
    same(read_state_dict(tmp_path / "old.pth"))


def test_only_names_with_the_prefix_are_read(tmp_path, torch):
    torch.save(tmp_path / "new.pth", ARRAYS)
    write_legacy(tmp_path / "old.pth", torch, dict(reversed(ARRAYS.items())))
    bias = {"features.0.bias": ARRAYS["features.0.bias"]}
    same(read_state_dict(tmp_path / "new.pth", "features.0.b"), bias)
    same(read_state_dict(tmp_path / "old.pth", "features.0.b"), bias)


def test_a_view_of_a_shared_storage(tmp_path, torch):
    storage = np.arange(12, dtype="float32")
    views = {"transposed": torch.tensor("0", "FloatStorage", 12, 2, (2, 3), (1, 3)),
             "empty": torch.tensor("0", "FloatStorage", 12, 0, (0, 3), (3, 1)),
             "scalar": torch.tensor("0", "FloatStorage", 12, 11, (), ())}
    torch.write_zip(tmp_path / "x.pth", torch.state_dict(views), [storage])
    same(read_state_dict(tmp_path / "x.pth"), {
        "transposed": np.array([[2, 5, 8], [3, 6, 9]], "float32"),
        "empty": np.zeros((0, 3), "float32"), "scalar": np.array(11, "float32")})


@pytest.mark.parametrize("offset, shape, strides", [
    (0, (13,), (1,)), (10, (2, 2), (2, 1)), (-1, (2,), (1,)), (0, (2,), (-1,)),
    (0, (4, 4), (0, 0)), (0, (2, 2), (1,)), (0, (-2,), (1,))])
def test_a_tensor_beyond_its_storage_is_refused(tmp_path, torch, offset, shape, strides):
    bad = {"x": torch.tensor("0", "FloatStorage", 12, offset, shape, strides)}
    torch.write_zip(tmp_path / "x.pth", torch.state_dict(bad), [np.zeros(12, "float32")])
    with pytest.raises(UserError, match="tensor"):
        read_state_dict(tmp_path / "x.pth")


def hostile(touched):
    """Pickles that would make the file `touched`, each in another way."""
    made = f"open({str(touched)!r}, 'w')"
    text = b"X" + struct.pack("<I", len(made)) + made.encode()
    return {"reduce": b"\x80\x02cbuiltins\neval\n(" + text + b"tR.",
            "inst": b"(" + text + b"ibuiltins\neval\n.",
            "obj": b"\x80\x02(cbuiltins\neval\n" + text + b"o.",
            "stack global": b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93(" + text + b"tR.",
            "attribute of a known name": b"\x80\x04\x8c\x0bcollections\x8c\x1bOrderedDict.__class__"
                                         b".__mro__\x93.",
            "state of a known name": b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}("
                                     + b"X\x05\x00\x00\x00extraJ\x01\x00\x00\x00ub."}


@pytest.mark.parametrize("way", hostile(""))
@pytest.mark.parametrize("zipped", [True, False])
def test_hostile_pickles_run_nothing(tmp_path, torch, way, zipped):
    touched, path = tmp_path / "touched", tmp_path / "x.pth"
    pickled = hostile(touched)[way]
    if zipped:
        torch.write_zip(path, pickled)
    else:
        path.write_bytes(pickled)
    with pytest.raises(UserError, match="as a checkpoint of torch"):
        read_state_dict(path)
    assert not touched.exists()


def test_the_hostile_pickles_are_ones(tmp_path):
    """Python's own unpickler does what they ask for."""
    for way in ("reduce", "inst", "obj", "stack global"):
        touched = tmp_path / way.replace(" ", "_")
        pickle.loads(hostile(touched)[way]).close()
        assert touched.exists()


def test_known_names_bear_no_attributes():
    for known in ALLOWED_NAMES.values():
        with pytest.raises((AttributeError, TypeError)):
            known.extra = 1


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x05\x06" + bytes(18)])
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(UserError, match="cannot read"):
        read_state_dict(tmp_path / "x.pth")


def test_damaged_checkpoints_are_refused(tmp_path, torch):
    write_legacy(tmp_path / "whole.pth", torch, ARRAYS)
    whole = (tmp_path / "whole.pth").read_bytes()
    (tmp_path / "cut.pth").write_bytes(whole[:-8])
    write_legacy(tmp_path / "marked.pth", torch, ARRAYS, magic=5)
    torch.write_zip(tmp_path / "list.pth", b"\x80\x02].")
    for name, why in (("cut", "reaches beyond"), ("marked", "no mark"), ("list", "holds list")):
        with pytest.raises(UserError, match=why):
            read_state_dict(tmp_path / f"{name}.pth")


def test_no_other_storage(tmp_path, torch):
    tagged = b"\x80\x02(" + torch.text("module") + b"ctorch\nFloatStorage\n" + torch.text(
        "0") * 2 + b"J\x01\x00\x00\x00tQ."
    (tmp_path / "x").write_bytes(tagged)
    with open(tmp_path / "x", "rb") as file, pytest.raises(pickle.UnpicklingError, match="kind"):
        RestrictedUnpickler(file).load()


@pytest.mark.parametrize("pickled", [
    b"}r" + struct.pack("<I", 2**31 - 1) + b".", b")" + b"\x85" * 2_000_000 + b".",
    b"(" * 2_000_000 + b".", b"\x8b" + struct.pack("<i", 2**31 - 1) + b".",
    b"\x8e" + struct.pack("<Q", 2**50) + b".", bytes(2**24 + 1)])
@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_that_would_take_much_memory_is_refused(tmp_path, torch, pickled, zipped):
    path = tmp_path / "x.pth"
    if zipped:
        torch.write_zip(path, b"\x80\x04" + pickled)
    else:
        path.write_bytes(b"\x80\x04" + pickled)
    began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UserError, match="cannot read"):
        read_state_dict(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began < 2**20       # KiB


def test_many_tensors_of_one_storage_do_not_multiply_it(tmp_path, torch):
    views = {str(i): torch.tensor("0", "FloatStorage", 10_000, 0, (10_000,), (1,))
             for i in range(200)}
    torch.write_zip(tmp_path / "x.pth", torch.state_dict(views), [np.zeros(10_000, "float32")])
    with pytest.raises(UserError, match="more than it has"):
        read_state_dict(tmp_path / "x.pth")


def test_a_storage_that_is_packed_is_refused(tmp_path, torch):
    with zipfile.ZipFile(tmp_path / "x.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        view = {"x": torch.tensor("0", "FloatStorage", 2**20, 0, (2**20,), (1,))}
        archive.writestr("archive/data.pkl", torch.state_dict(view))
        archive.writestr("archive/data/0", bytes(2**22))
    with pytest.raises(UserError, match="more than it"):
        read_state_dict(tmp_path / "x.pth")
