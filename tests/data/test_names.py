"""Sets that lie in the data folder under names that do not say what they are."""

import zipfile

import numpy as np
import pytest

from data import celeba, names
from data.listing import list_datasets
from data.load import load
from data.names import domain_names


@pytest.fixture(autouse=True)
def no_tfds(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "nothing"))
    celeba._local.cache_clear()
    names._say_once.cache_clear()


@pytest.fixture
def pack(tmp_path, write_images):
    """Packs trainA and trainB, of 12 images each, below `inside` into data/NAME."""
    def make(name, inside="", base=0):
        (tmp_path / "data").mkdir(exist_ok=True)
        with zipfile.ZipFile(tmp_path / "data" / name, "w") as file:
            for part, start in (("trainA", base), ("trainB", base + 100)):
                folder = write_images(tmp_path / f"{name}-{part}", 12, start)
                for path in sorted(folder.iterdir()):
                    file.write(path, f"{inside}{part}/{path.name}")
        return tmp_path / "data"
    return make


def reds(domains):
    return [d.images[np.arange(len(d))][0, 0, 0, 0] for d in domains]


@pytest.mark.parametrize("name", ["archive.zip", "archive (1).zip", "Archive.ZIP", "download.zip"])
@pytest.mark.parametrize("inside", ["horse2zebra/", "horse2zebra/horse2zebra/", "h/horse2zebra/"])
def test_an_archive_is_known_by_the_folder_in_it(pack, capsys, name, inside):
    pack("other.zip", "apple2orange/", base=50)
    data = pack(name, inside)
    assert reds(load(domain_names("horse2zebra", data_dir=data), data, 8)) == [0, 100]
    assert reds(load(domain_names("apple2orange", data_dir=data), data, 8)) == [50, 150]
    assert capsys.readouterr().err == ""


def test_an_archive_that_does_not_say_what_it_holds_is_taken_with_a_line(pack, capsys):
    data = pack("archive.zip")
    assert not any(row.name == "horse2zebra" and row.here for row in list_datasets(data))
    assert capsys.readouterr().err == ""
    assert reds(load(domain_names("horse2zebra", data_dir=data), data, 8)) == [0, 100]
    assert "archive.zip does not say which set" in capsys.readouterr().err
    pack("archive (1).zip", base=20)                # now there are two of them
    assert domain_names("horse2zebra", data_dir=data)[0].startswith("tfds:")


def test_a_damaged_archive_of_something_is_passed_over(pack):
    data = pack("archive.zip", "horse2zebra/")
    (data / "aaa.zip").write_bytes(b"no zip")
    assert reds(load(domain_names("horse2zebra", data_dir=data), data, 8)) == [0, 100]


@pytest.mark.parametrize("inside", ["", "celeba/", "celeba-dataset/celeba/"])
def test_faces_in_an_archive_are_known_by_their_table(tmp_path, write_images, inside):
    folder = write_images(tmp_path / "faces", 6, size=(16, 16))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "archive.zip").touch()
    with zipfile.ZipFile(tmp_path / "data" / "archive.zip", "w") as file:
        for path in sorted(folder.iterdir()):
            file.write(path, f"{inside}img_align_celeba/img_align_celeba/{path.name}")
        rows = "".join(f"{i:03d}.png,{1 if i % 2 else -1}\n" for i in range(6))
        file.writestr(f"{inside}list_attr_celeba.csv", f"image_id,Smiling\n{rows}")
    assert celeba.is_here(tmp_path / "data")
    assert reds(load(domain_names("CelebSmiling"), tmp_path / "data", image_size=8)) == [0, 1]


def test_equal_names_in_folders_of_classes_are_all_used(tmp_path, write_images):
    for name, base in (("cats", 0), ("dogs", 100)):
        write_images(tmp_path / "classes" / name, 6, base)
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as file:
        for path in sorted((tmp_path / "classes").rglob("*.png")):
            file.write(path, path.relative_to(tmp_path).as_posix())
    for place in (tmp_path / "classes", tmp_path / "archive.zip"):
        (domain,) = load(domain_names(f"folder:{place}"), image_size=8)
        found = domain.images[np.arange(len(domain))][:, 0, 0, 0].tolist()
        assert found == [0, 1, 2, 3, 4, 5, 100, 101, 102, 104, 105]      # the tenth is held out
