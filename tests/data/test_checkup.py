"""A check of whole data sets: what is counted, and what the data may be."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from data import glyph
from data.checkup import check, shared
from data.load import load
from framework.errors import UserError


def picture(seed, size=(48, 40)):
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3)).astype(np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def mixed(tmp_path):
    """A folder of files as people have them."""
    folder = tmp_path / "mixed"
    (folder / "more").mkdir(parents=True)
    picture(0).save(folder / "a.jpg")
    (folder / "b.jpg").write_bytes((folder / "a.jpg").read_bytes()[:400])
    picture(1).convert("CMYK").save(folder / "cmyk.jpg")
    picture(2).save(folder / "film.gif", save_all=True, append_images=[picture(3)])
    deep = np.asarray(picture(4).convert("L")).astype(np.uint16) * 257
    Image.fromarray(deep).save(folder / "more" / "deep.png")
    (folder / "more" / "絵 Ω").write_bytes((folder / "a.jpg").read_bytes())
    (folder / "notes.txt").write_text("no image")
    (folder / "loop").symlink_to(folder.resolve())
    return folder


def test_files_of_many_kinds(mixed):
    size, [found] = check([f"folder:{mixed}"])
    train = found.train
    assert size == 64 and train.total == 6 and found.name == "mixed"
    kinds = {train.names[i]: kind for i, kind in train.kinds.items()}
    assert kinds == {"a.jpg": "JPEG", "cmyk.jpg": "JPEG", "film.gif": "GIF",
                     "more/deep.png": "PNG", "more/絵 Ω": "JPEG"}
    assert list(train.unreadable) == [1] and "b.jpg is broken" in train.unreadable[1]
    names = [train.names[i] for i in train.looks]
    assert {names[i]: names[j] for i, j in found.repeated.same.items()} == {"more/絵 Ω": "a.jpg"}
    assert "6 images; to hold some out it needs 10" in found.held_out.remark
    assert found.cropped and not found.pruned
    assert train.pictures(40, 16).shape == (5, 16, 16, 3)


def test_held_out_images_of_a_zip_file_and_those_in_both_domains(tmp_path):
    place = tmp_path / "set.zip"
    with zipfile.ZipFile(place, "w") as archive:
        for part, seeds in (("trainA", (0, 1, 2, 3)), ("trainB", (4, 2, 5)), ("testA", (3, 6)),
                            ("testB", (7,))):
            for at, seed in enumerate(seeds):
                buffer = io.BytesIO()
                picture(seed).save(buffer, "PNG")
                archive.writestr(f"{part}/{at}.png", buffer.getvalue())
    _, (a, b) = check([f"folder:{place}/{part}" for part in ("trainA", "trainB")])
    assert [(d.train.total, d.held_out.total) for d in (a, b)] == [(4, 2), (3, 1)]
    assert a.leaked == ({0: 3}, {}) and b.leaked == a.repeated == ({}, {})
    assert shared((a, b)) == {(0, 1): ({1: 2}, {})}


def test_a_limit_spreads_over_the_files(tmp_path, write_images):
    write_images(tmp_path, 100)
    _, [found] = check([f"folder:{tmp_path}"], limit=4)
    assert (found.train.total, found.held_out.total) == (90, 10)
    assert found.train.names == ["000.png", "032.png", "065.png", "098.png"]
    assert len(found.held_out.names) == 4


def test_drawn_domains_share_their_source_as_in_training(monkeypatch):
    monkeypatch.setattr(glyph, "COUNTS", {"train": 500, "test": 60})
    size, (plain, streets) = check(["glyph", "glyph_street"], limit=200)
    assert size == 32 and (plain.train.total, plain.held_out.total) == (250, 30)
    assert len(plain.train.looks) == len(streets.train.looks) == 200
    trained = load(["glyph", "glyph_street"], limit=200)
    for mine, domain in zip((plain, streets), trained, strict=True):
        np.testing.assert_array_equal(mine.train.images, domain.images)
    assert not any(plain.train.kinds.values()) and not plain.cropped


def test_pruned_data_are_looked_at_whole(tmp_path, write_npz):
    write_npz(tmp_path, "svhn")
    _, [found] = check(["svhn_pruned"], tmp_path)
    assert found.pruned and (found.train.total, found.held_out.total) == (40, 20)


@pytest.mark.parametrize("names, message", [
    (["ring"], "ring holds 2-D points"), (["ring", "glyph"], "cannot be coupled"),
    (["svhn"], "svhn is not here, and check downloads nothing"),
    (["tfds:apple2orange/trainA"], "^apple2orange is not here"),
    (["folder:none"], "there is no folder none"), (["folder:empty"], "there are no images in")])
def test_what_cannot_be_checked(tmp_path, monkeypatch, names, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("data.tfds.is_prepared", lambda *place: False)
    with pytest.raises(UserError, match=message):
        check(names, tmp_path)


def test_an_impossible_size():
    with pytest.raises(UserError, match="image_size must be at least 8"):
        check(["glyph"], image_size=3)
