import os
import zipfile

import cv2
import numpy as np
import pytest
from PIL import Image

from data import folders
from data.decode import decode
from framework.errors import UserError


def zipped(folder, archive, inside=""):
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                file.write(path, f"{inside}{path.relative_to(folder).as_posix()}")
    return archive


def reds(images):
    return images[np.arange(len(images))][:, 0, 0, 0].tolist()


def test_images_come_in_the_order_of_their_paths_as_rgb(tmp_path, write_images):
    write_images(tmp_path / "a", 3, base=10)
    write_images(tmp_path / "b" / "c", 2, base=50)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden.png").write_bytes(b"")
    images = folders.read_folder(tmp_path, "train", 8)
    assert images.shape == (5, 8, 8, 3) and images.dtype == np.uint8 and len(images) == 5
    assert reds(images) == [10, 11, 12, 50, 51]
    np.testing.assert_array_equal(images[np.array([4, 0])][:, 3, 3], [[51, 0, 9], [10, 0, 9]])
    assert reds(images[1:4]) == [11, 12, 50]


def test_a_zip_file_reads_like_the_folder_it_holds(tmp_path, write_images):
    for name, base in (("trainA", 0), ("trainB", 100), ("testA", 50), ("testB", 150)):
        write_images(tmp_path / "set" / name, 4, base)
    for archive, inside in (("flat.zip", ""), ("nested.zip", "set/")):
        path = zipped(tmp_path / "set", tmp_path / archive, inside)
        a, b = folders.domain_folders(path)
        assert reds(folders.read_folder(a, "train", 8)) == [0, 1, 2, 3]
        assert reds(folders.read_folder(b, "train", 8)) == [100, 101, 102, 103]
        assert reds(folders.read_folder(b, "test", 8)) == [150, 151, 152, 153]
    assert folders.domain_folders(tmp_path / "set") == (
        tmp_path / "set/trainA", tmp_path / "set/trainB")


def test_domains_are_numbered_folders(tmp_path, write_images):
    for k in (1, 2, 10):
        write_images(tmp_path / f"domain{k}", 1)
    assert [p.name for p in folders.domain_folders(tmp_path)] == ["domain1", "domain2", "domain10"]
    assert folders.domain_folders(tmp_path / "domain1") == (tmp_path / "domain1",)


def test_without_a_test_folder_every_tenth_image_is_held_out(tmp_path, write_images):
    write_images(tmp_path, 25)
    held = reds(folders.read_folder(tmp_path, "test", 8))
    kept = reds(folders.read_folder(tmp_path, "train", 8))
    assert held == [9, 19] and sorted(held + kept) == list(range(25))


def test_nothing_to_hold_out(tmp_path, write_images):
    write_images(tmp_path, 9)
    assert len(folders.read_folder(tmp_path, "train", 8)) == 9
    with pytest.raises(UserError, match="9 images; to hold some out it needs 10"):
        folders.read_folder(tmp_path, "test", 8)


def test_the_central_square_is_taken_whatever_the_size(tmp_path):
    for name, height, width in (("tall.png", 60, 20), ("wide.png", 16, 40)):
        image = np.zeros((height, width, 3), np.uint8)
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        image[top:top + side, left:left + side] = (10, 20, 30)
        cv2.imwrite(str(tmp_path / name), image)
    images = folders.read_folder(tmp_path, "train", 10)[np.arange(2)]
    assert (images == (30, 20, 10)).all()


def test_scaling_down_is_the_area_mean(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), image)
    scaled = folders.crop_square(decode(tmp_path / "a.png"), 8).astype(float)
    mean = image[..., ::-1].reshape(8, 2, 8, 2, 3).mean((1, 3))
    assert np.abs(scaled - mean).max() <= 0.51


@pytest.mark.parametrize("mode, value, name, expected", [
    ("L", 100, "a.png", (100, 100, 100)),
    ("L", 100, "a.jpg", (100, 100, 100)),
    ("LA", (100, 255), "a.png", (100, 100, 100)),
    ("P", 0, "a.png", (0, 0, 0)),
    ("RGBA", (200, 0, 100, 255), "a.png", (200, 0, 100)),
    ("RGBA", (200, 0, 100, 0), "a.png", (255, 255, 255)),
    ("RGBA", (200, 0, 100, 51), "a.png", (244, 204, 224)),
    ("CMYK", (0, 255, 255, 0), "a.jpg", (255, 0, 0)),
    ("RGB", (200, 0, 100), "a.webp", (200, 0, 100)),
    ("RGB", (200, 0, 100), "a.BMP", (200, 0, 100)),
    ("RGB", (200, 0, 100), "a.tiff", (200, 0, 100)),
    ("I;16", 100 * 257, "a.png", (100, 100, 100)),
])
def test_every_kind_of_image_becomes_rgb(tmp_path, mode, value, name, expected):
    Image.new(mode, (20, 20), value).save(tmp_path / name, quality=100)
    pixel = folders.read_folder(tmp_path, "train", 8)[np.array([0])][0, 4, 4].astype(int)
    assert np.abs(pixel - expected).max() <= 3


def test_a_jpeg_is_turned_as_its_exif_tag_says(tmp_path):
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[:16] = 255
    exif = Image.Exif()
    exif[0x0112] = 6                        # turn by 90 degrees clockwise to look at it
    Image.fromarray(pixels).save(tmp_path / "a.jpg", exif=exif, quality=100)
    image = folders.crop_square(decode(tmp_path / "a.jpg"), 32)[..., 0]
    assert image[:, :12].max() < 10 and image[:, 20:].min() > 245


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp"])
def test_a_broken_image_is_named(tmp_path, suffix, capfd):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = cv2.imencode(suffix, noise)[1].tobytes()
    (tmp_path / f"good{suffix}").write_bytes(data)
    for broken in (b"", b"no image at all", data[:len(data) * 2 // 3]):
        (tmp_path / f"bad{suffix}").write_bytes(broken)
        images = folders.read_folder(tmp_path, "train", 16)
        with pytest.raises(UserError, match=f"bad{suffix} is (broken|empty)"):
            folders.decode_if_small(images, 16)
    assert capfd.readouterr().err == ""


def test_a_damaged_member_of_a_zip_file_is_named(tmp_path, write_images):
    path = zipped(write_images(tmp_path / "set", 3), tmp_path / "set.zip")
    data = bytearray(path.read_bytes())
    start = data.find(b"001.png") + len(b"001.png")
    data[start + 20:start + 40] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(UserError, match="001.png"):
        folders.decode_if_small(folders.read_folder(path, "train", 8), 8)


def test_large_sets_are_streamed_small_ones_kept(tmp_path, write_images, monkeypatch):
    write_images(tmp_path, 5)
    kept = folders.decode_if_small(folders.read_folder(tmp_path, "train", 8), 8)
    assert isinstance(kept, np.ndarray)
    monkeypatch.setattr(folders, "MAX_DECODED_BYTES", 5 * 8 * 8 * 3 - 1)
    streamed = folders.decode_if_small(folders.read_folder(tmp_path, "train", 8), 8)
    assert isinstance(streamed, folders.ImageFiles) and np.shape(streamed) == (5, 8, 8, 3)
    np.testing.assert_array_equal(streamed[np.arange(5)], kept)


def test_missing_empty_and_unreadable_folders(tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "bad.zip").write_text("no zip")
    with pytest.raises(UserError, match="no folder .*missing"):
        folders.domain_folders(tmp_path / "missing")
    with pytest.raises(UserError, match="no images in .*empty"):
        folders.read_folder(tmp_path / "empty", "train", 8)
    with pytest.raises(UserError, match="file.txt is not a folder"):
        folders.domain_folders(tmp_path / "file.txt")
    with pytest.raises(UserError, match="cannot read .*bad.zip"):
        folders.domain_folders(tmp_path / "bad.zip")

    def forbidden(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.iterdir", forbidden)
    with pytest.raises(UserError, match="cannot read the folder .*empty: Permission denied"):
        folders.domain_folders(tmp_path / "empty")


@pytest.mark.parametrize("name", ["__girl_with_hat_drawn_by_someone__{}.png", "{}.jfif", "{}.jpe",
                                  "{}.JPG", "{}.gif", "{}.tga", "{}.pnm", "{}.jp2", "{}"])
def test_whatever_is_decoded_alone_is_used_in_a_folder(tmp_path, name, capsys):
    kinds = {".jfif": "JPEG", ".jpe": "JPEG", ".pnm": "PPM", ".jp2": "JPEG2000", "": "PNG"}
    suffix = name.partition("}")[2]
    for i in range(3):
        image = Image.new("RGB", (16, 16), (60 * i + 20, 0, 0))
        image.save(tmp_path / name.format(i), kinds.get(suffix))
    found = reds(folders.read_folder(tmp_path, "train", 8))
    np.testing.assert_allclose(found, [20, 80, 140], atol=4)
    assert capsys.readouterr().out == ""


def test_what_is_no_image_is_counted_and_named_once(tmp_path, write_images, capsys):
    write_images(tmp_path, 3)
    for name in ("a.txt", "b.mp4", "c.json", "d.svg"):
        (tmp_path / name).write_text("no image")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX/._0.png").write_bytes(b"resource fork")
    for split in ("train", "train"):
        assert len(folders.read_folder(tmp_path, split, 8)) == 3
    assert capsys.readouterr().out == (
        f"{tmp_path}: 4 files are no image and passed over: a.txt, b.mp4, c.json, ...\n")


def test_a_link_to_the_folder_itself_adds_nothing(tmp_path, write_images):
    write_images(tmp_path / "faces", 12)
    (tmp_path / "faces/faces").symlink_to(tmp_path / "faces")
    (tmp_path / "faces/up").symlink_to("..")
    train, test = (folders.read_folder(tmp_path / "faces", split, 8) for split in ("train", "test"))
    assert sorted(reds(train) + reds(test)) == list(range(12))


def test_a_link_to_another_folder_is_followed(tmp_path, write_images):
    write_images(tmp_path / "there", 2, 100)
    write_images(tmp_path / "here", 1, 7)
    (tmp_path / "here/linked").symlink_to(tmp_path / "there")
    assert reds(folders.read_folder(tmp_path / "here", "train", 8)) == [7, 100, 101]


def test_a_pipe_is_not_waited_for(tmp_path, write_images):
    write_images(tmp_path, 2)
    os.mkfifo(tmp_path / "pipe.png")
    assert reds(folders.read_folder(tmp_path, "train", 8)) == [0, 1]


@pytest.mark.parametrize("test", ["test", "val", "valid", "validation"])
def test_train_beside_test_is_one_domain_and_its_held_out_images(tmp_path, write_images, test):
    """torchvision's layout, with class folders in which files have equal names."""
    for folder, base in (("train/cats", 0), ("train/dogs", 50), (f"{test}/cats", 100)):
        write_images(tmp_path / folder, 3, base)
    (domain,) = folders.domain_folders(tmp_path)
    assert domain == tmp_path / "train"
    assert reds(folders.read_folder(domain, "train", 8)) == [0, 1, 2, 50, 51, 52]
    assert reds(folders.read_folder(domain, "test", 8)) == [100, 101, 102]


def test_zip_files_as_people_have_them(tmp_path, write_images):
    write_images(tmp_path / "set/trainA", 3)
    write_images(tmp_path / "set/trainB", 3, 100)
    upper = zipped(tmp_path / "set", tmp_path / "UPPER.ZIP")
    backslash = tmp_path / "backslash.zip"
    with zipfile.ZipFile(upper) as good, zipfile.ZipFile(backslash, "w") as file:
        for member in good.infolist():
            file.writestr(member.filename.replace("/", "\\"), good.read(member))
    for archive in (upper, backslash):
        a, b = folders.domain_folders(archive)
        assert reds(folders.read_folder(b, "train", 8)) == [100, 101, 102]


@pytest.mark.parametrize("at, value, message", [
    ((6, 8), 1, "is encrypted; unpack it"), ((8, 10), 9, "packed by method 9, which Python does")])
def test_zip_files_that_cannot_be_unpacked_are_refused_by_name(tmp_path, write_images, at, value,
                                                               message):
    data = bytearray(zipped(write_images(tmp_path / "set", 2), tmp_path / "a.zip").read_bytes())
    for signature, offset in zip((b"PK\3\4", b"PK\1\2"), at, strict=True):
        place = data.find(signature)
        while place >= 0:
            data[place + offset] = value
            place = data.find(signature, place + 4)
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(UserError, match=f"a.zip (is )?{message}"):
        folders.read_folder(tmp_path / "a.zip", "train", 8)


def test_in_the_place_of_a_broken_image_stands_the_next_one(tmp_path, write_images, capfd):
    write_images(tmp_path / "trainA", 60)
    write_images(tmp_path / "testA", 1)
    for i in (7, 8, 59):
        (tmp_path / "trainA" / f"{i:03d}.png").write_bytes(b"no image")
    expected = [*range(7), 9, 9, *range(9, 59), 0]
    images = folders.read_folder(tmp_path / "trainA", "train", 8)
    for _ in range(2):                              # in a later epoch too
        assert reds(images) == expected
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 3 and all("stands in its place" in line for line in said)
    assert "007.png" in "".join(said) and "009.png" in "".join(said)
    again = folders.read_folder(tmp_path / "trainA", "train", 8)      # as a resumed run finds it
    assert again[np.array([8])][0, 0, 0, 0] == 9 and again[np.array([7])][0, 0, 0, 0] == 9
    assert reds(folders.decode_if_small(again, 8)) == expected


def test_more_than_a_few_broken_images_are_refused(tmp_path, write_images, capfd):
    write_images(tmp_path, 60)
    for i in range(1, 5):
        (tmp_path / f"{i:03d}.png").write_bytes(b"no image")
    images = folders.ImageFiles(folders.image_files(tmp_path), 8)
    with pytest.raises(UserError, match=r"4 of 60 images are broken, such as .*\d.png"):
        reds(images)


def test_a_set_of_which_none_may_be_broken(tmp_path, write_images):
    write_images(tmp_path, 60)
    (tmp_path / "003.png").write_bytes(b"no image")
    images = folders.ImageFiles(folders.image_files(tmp_path), 8, broken_share=0)
    with pytest.raises(UserError, match="003.png is broken"):
        reds(images[:30])


def test_what_stands_in_its_place_has_its_labels(tmp_path, write_images, capfd):
    write_images(tmp_path, 60)
    (tmp_path / "003.png").write_bytes(b"no image")
    labels = np.zeros((60, 2), int)
    labels[[3, 40], 1] = 1
    images = folders.ImageFiles(folders.image_files(tmp_path), 8, labels=labels)
    assert images[np.array([3])][0, 0, 0, 0] == 40
    assert images[:50][np.array([3])][0, 0, 0, 0] == 40
