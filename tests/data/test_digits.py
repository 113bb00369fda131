import numpy as np
import pytest

from data import digits, tfds
from framework.errors import UserError


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What TFDS is asked for; its default folder is empty."""
    calls = []
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    monkeypatch.setattr(tfds, "read_tfds", lambda *arguments: calls.append(arguments))
    return calls


def prepare(folder, name="mnist"):
    place = folder / name / "3.0.1"
    place.mkdir(parents=True)
    (place / "dataset_info.json").write_text("{}")


def test_the_file_comes_first(tmp_path, write_npz, asked):
    arrays = write_npz(tmp_path)
    prepare(tmp_path)
    images, labels = digits.read_digits("mnist", tmp_path, "test")
    np.testing.assert_array_equal(images, arrays["test_images"])
    np.testing.assert_array_equal(labels, arrays["test_labels"])
    assert asked == []
    assert digits.is_here("mnist", tmp_path) and digits.count("mnist", tmp_path) == 40


def test_then_tfds_in_the_folder_then_in_its_own(tmp_path, asked):
    mine = tmp_path / "mine"
    mine.mkdir()
    digits.read_digits("mnist", mine, "train")
    assert asked == [("mnist", "train", mine)] and not digits.is_here("mnist", mine)
    prepare(tmp_path / "tfds")
    digits.read_digits("mnist", mine, "train")
    assert asked[1:] == [("mnist", "train", None)] and digits.is_here("mnist", mine)
    prepare(mine)
    digits.read_digits("mnist", mine, "train")
    assert asked[2:] == [("mnist", "train", mine)]
    assert digits.count("mnist", mine) is None


def test_a_missing_data_folder_is_refused(tmp_path, asked):
    with pytest.raises(UserError, match="no folder .*typo to look for svhn"):
        digits.read_digits("svhn", tmp_path / "typo", "train")
    assert asked == [] and not (tmp_path / "typo").exists()


def test_usps_is_read_from_its_file_only(tmp_path, write_npz):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 16, 16), np.uint8)
    assert not digits.is_here("usps", tmp_path) and digits.origin("usps") == "usps.npz"
    with pytest.raises(UserError, match="usps is not in --data_dir.*put usps.npz there"):
        digits.read_digits("usps", tmp_path, "train")
    with pytest.raises(UserError, match="not given"):
        digits.read_digits("usps", None, "train")
    write_npz(tmp_path, "usps", train_images=images)
    np.testing.assert_array_equal(digits.read_digits("usps", tmp_path, "train")[0], images)
    assert digits.is_here("usps", tmp_path) and digits.count("usps", tmp_path) == 40
