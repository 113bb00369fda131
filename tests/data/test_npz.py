import io
import zipfile

import numpy as np
import pytest

from data import npz
from framework.errors import UserError


def test_reads_the_split_asked_for(tmp_path, write_npz):
    arrays = write_npz(tmp_path)
    for split in ("train", "test"):
        images, labels = npz.read_npz(tmp_path / "mnist.npz", split)
        np.testing.assert_array_equal(images, arrays[f"{split}_images"])
        np.testing.assert_array_equal(labels, arrays[f"{split}_labels"])
        assert labels.dtype == np.int32


@pytest.mark.parametrize("wrong, message", [
    ({"train_labels": None}, "no array 'train_labels'; it holds train_images"),
    ({"train_images": np.zeros((40, 28), np.uint8)}, r"not uint8 \[40, 28\]"),
    ({"train_images": np.zeros((40, 28, 28, 4), np.uint8)}, r"\[40, 28, 28, 4\]"),
    ({"train_images": np.zeros((40, 28, 28), np.float32)}, "not float32"),
    ({"train_images": np.zeros((0, 28, 28), np.uint8)}, r"\[0, 28, 28\]"),
    ({"train_labels": np.zeros(39, np.uint8)}, r"must be 40 integers, not uint8 \[39\]"),
    ({"train_labels": np.zeros(40)}, "not float64"),
    ({"train_labels": np.full(40, 10)}, r"0\.\.9, not 10\.\.10"),
    ({"train_labels": np.array(["a"] * 40, object)}, "Python objects, which are not read"),
])
def test_a_file_of_another_layout_is_refused(tmp_path, write_npz, wrong, message):
    write_npz(tmp_path, **wrong)
    with pytest.raises(UserError, match=message) as error:
        npz.read_npz(tmp_path / "mnist.npz", "train")
    assert str(tmp_path / "mnist.npz") in str(error.value)
    assert "\n" not in str(error.value)


def test_damaged_files_are_refused(tmp_path, write_npz):
    write_npz(tmp_path)
    path = tmp_path / "mnist.npz"
    whole = path.read_bytes()
    for content in (b"", b"no zip file", whole[:len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(UserError, match="cannot read .*mnist.npz"):
            npz.read_npz(path, "train")
        assert npz.count(path) is None


def test_count_reads_the_header(tmp_path, write_npz):
    write_npz(tmp_path, "svhn")
    assert npz.count(tmp_path / "svhn.npz") == 40
    assert npz.count(tmp_path / "mnist.npz") is None


def test_a_file_that_declares_more_than_the_memory_is_refused_before_it_is_read(tmp_path):
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False,
                                                  "shape": (2**40, 28, 28)})
    with zipfile.ZipFile(tmp_path / "mnist.npz", "w") as file:
        for name in ("train_images", "train_labels"):
            file.writestr(f"{name}.npy", header.getvalue())
    with pytest.raises(UserError, match="mnist.npz: the array train_images is not as long as it"):
        npz.read_npz(tmp_path / "mnist.npz", "train")
