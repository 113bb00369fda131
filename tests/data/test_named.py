import tarfile
from typing import Any

import numpy as np
import pytest

from commands.dispatch import main
from data import records
from data.load import load
from data.names import find_domain
from framework.errors import UserError


@pytest.fixture(autouse=True)
def nothing_prepared(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))


def reds(domain):
    return domain.images[np.arange(len(domain))][:, 0, 0, 0].tolist()


def packed(folder, name, mode: Any = "w:gz"):
    with tarfile.open(folder.parent / name, mode) as archive:
        archive.add(folder, folder.name)
    return folder.parent / name


@pytest.mark.parametrize("name, place", [
    ("lfw", "lfw"), ("lfw", "lfw-deepfunneled"), ("lsun_bedroom", "lsun/bedroom"),
    ("imagenet64", "imagenet64"), ("places365", "places365_standard"), ("wikiart", "wikiart")])
def test_a_folder_of_images_by_its_usual_name(tmp_path, write_images, name, place):
    assert not find_domain(name).source.is_here(tmp_path)
    write_images(tmp_path / place / "someone", 12)
    assert find_domain(name).source.is_here(tmp_path)
    train, = load((name,), tmp_path, image_size=8)
    test, = load((name,), tmp_path, image_size=8, split="test")
    assert reds(train) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11] and reds(test) == [9]
    assert train.labels is None


def test_train_and_val(tmp_path, write_images):
    write_images(tmp_path / "imagenet64" / "train" / "n01", 4)
    write_images(tmp_path / "imagenet64" / "val" / "n01", 2, base=50)
    train, = load(("imagenet64",), tmp_path)
    assert train.images.shape == (4, 64, 64, 3) and reds(train) == [0, 1, 2, 3]
    assert reds(load(("imagenet64",), tmp_path, split="test")[0]) == [50, 51]


def test_lfw_as_it_is_downloaded(tmp_path, write_images):
    archive = packed(write_images(tmp_path / "made" / "lfw", 12), "lfw.tgz")
    archive.rename(tmp_path / "lfw.tgz")
    assert find_domain("lfw").source.is_here(tmp_path)
    assert reds(load(("lfw",), tmp_path)[0]) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11]
    assert reds(load(("lfw",), tmp_path, split="test")[0]) == [9]
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("lfw")] == ["lfw.tgz"]
    packed(tmp_path / "lfw.tgz", "lfw.tgz.new", "w").rename(tmp_path / "lfw.tgz")
    with pytest.raises(UserError, match="there are no images in .*lfw.tgz"):
        load(("lfw",), tmp_path)


def test_what_tfds_prepared_is_no_folder_of_images(tmp_path, write_images, monkeypatch):
    (tmp_path / "lfw" / "0.1.1").mkdir(parents=True)
    (tmp_path / "lfw" / "0.1.1" / "dataset_info.json").write_text("{}")
    files = sorted(write_images(tmp_path / "made", 12).iterdir())
    asked = []

    def read(*arguments):
        asked.append(arguments)
        return files
    monkeypatch.setattr(records, "read_records", read)
    assert find_domain("lfw").source.is_here(tmp_path)
    assert reds(load(("lfw",), tmp_path, split="test")[0]) == [9]
    assert asked == [("lfw", "train", tmp_path)]
    with pytest.raises(UserError, match="wikiart is not in --data_dir"):
        load(("wikiart",), tmp_path)


def test_nothing_here_says_where_it_is_looked_for_and_how_to_put_it(tmp_path, capsys):
    for name in ("imagenet64", "wikiart"):
        assert main(["--dataset", name, "--gan_type", "gan", "--data_dir", str(tmp_path), "--run",
                     str(tmp_path / "run")]) == 2
        line = capsys.readouterr().err.strip().splitlines()[-1]
        assert f"put a folder or zip {name} of images" in line and str(tmp_path) in line
    with pytest.raises(UserError, match="pip install tensorflow_io.*LSUN's data.py exports"):
        load(("lsun_bedroom",), tmp_path)
    with pytest.raises(UserError, match="no folder .*typo to look for wikiart"):
        load(("wikiart",), tmp_path / "typo")


def test_the_list_says_sizes_and_what_is_here(tmp_path, write_images, capsys):
    write_images(tmp_path / "wikiart", 1)
    assert main(["datasets", "--data_dir", str(tmp_path)]) == 0
    rows = {line.split()[0]: line.split() for line in capsys.readouterr().out.splitlines() if line}
    sizes = {"cifar10": "50000", "lfw": "13233", "lsun_bedroom": "3033042", "celeba160": "202599",
             "imagenet64": "1281167", "places365": "1803460", "wikiart": "81444"}
    assert {name: rows[name][1] for name in sizes} == sizes
    assert [name for name in sizes if "yes" in rows[name]] == ["wikiart"]
