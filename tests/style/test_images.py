"""Any image that a person has, and files that are none."""

import errno
import time

import cv2
import numpy as np
import pytest
from PIL import Image

from framework.errors import UserError
from style import images
from style.images import read, resize_image, side_by_side, write_image


@pytest.mark.parametrize("mode, value, name, expected", [
    ("RGB", (200, 0, 100), "a.jpg", (200, 0, 100)), ("RGB", (200, 0, 100), "a.png", (200, 0, 100)),
    ("RGB", (200, 0, 100), "a.webp", (200, 0, 100)), ("L", 100, "a.png", (100, 100, 100)),
    ("1", 1, "a.png", (255, 255, 255)), ("1", 1, "a.tif", (255, 255, 255)),
    ("CMYK", (0, 255, 255, 0), "a.jpg", (255, 0, 0)),
    ("CMYK", (0, 255, 255, 0), "a.tif", (255, 0, 0)),
    ("I;16", 100 * 257, "a.png", (100, 100, 100)), ("I;16", 100 * 257, "a.tif", (100, 100, 100)),
    ("RGBA", (200, 0, 100, 0), "a.png", (255, 255, 255)),
    ("RGBA", (200, 0, 100, 51), "a.webp", (244, 204, 224)),
    ("LA", (0, 0), "a.png", (255, 255, 255)), ("P", 0, "a.gif", (0, 0, 0)),
])
def test_every_kind_becomes_rgb(tmp_path, mode, value, name, expected):
    Image.new(mode, (20, 16), value).save(tmp_path / name, quality=100)
    image = images.read_uint8(tmp_path / name)
    assert image.shape == (16, 20, 3) and image.dtype == np.uint8
    assert np.abs(image[4, 4].astype(int) - expected).max() <= 4


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp"])
def test_of_an_animation_the_first_frame(tmp_path, suffix):
    first, *rest = (Image.new("RGB", (12, 12), (n, 0, 0)) for n in (50, 150, 250))
    first.save(tmp_path / f"a{suffix}", save_all=True, append_images=rest, duration=100,
               **({"lossless": True} if suffix == ".webp" else {}))
    found = images.read_uint8(tmp_path / f"a{suffix}")
    assert np.abs(found[3, 3].astype(int) - [50, 0, 0]).max() < 6


def test_a_transparent_gif_lies_on_white(tmp_path):
    image = Image.new("P", (12, 12), 0)
    image.putpalette([200, 0, 0, 0, 200, 0])
    image.paste(1, (0, 0, 12, 6))
    image.save(tmp_path / "a.gif", transparency=0)
    found = images.read_uint8(tmp_path / "a.gif")
    assert found[9, 5].tolist() == [255, 255, 255] and found[2, 5].tolist() == [0, 200, 0]


def test_sixteen_bits_of_colour(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.full((6, 6, 3), (257, 512, 65535), np.uint16))
    assert images.read_uint8(tmp_path / "a.png")[2, 2].tolist() == [255, 2, 1]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_turned_as_the_tag_says(tmp_path, suffix):
    pixels = np.zeros((32, 48, 3), np.uint8)
    pixels[:16] = 255
    exif = Image.Exif()
    exif[0x0112] = 6                        # turn by 90 degrees clockwise to look at it
    Image.fromarray(pixels).save(tmp_path / f"a{suffix}", exif=exif)
    image = images.read_uint8(tmp_path / f"a{suffix}")[..., 0]
    assert image.shape == (48, 32)
    assert image[:, :12].max() < 10 and image[:, 20:].min() > 245


NOISE = cv2.imencode(".png", np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8))[1]


@pytest.mark.parametrize("content, message", [
    (b"", "is empty"), (b"no image at all", "is broken or of no known kind"),
    (NOISE.tobytes()[:2000], "is broken"), (b"GIF89a", "is broken"),
    (b"\xff\xd8\xff\xe0", "is broken")])
def test_files_that_are_no_images(tmp_path, content, message, capfd):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(UserError, match=f"a.png {message}"):
        read(tmp_path / "a.png")
    assert capfd.readouterr().err == ""


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(UserError, match="cannot read the image .*none.png: No such file"):
        read(tmp_path / "none.png")
    with pytest.raises(UserError, match="cannot read the image .*: Is a directory"):
        read(tmp_path)


@pytest.mark.parametrize("shape, size, expected", [
    ((600, 900), None, (341, 512)), ((60, 90), None, (60, 90)), ((600, 900), 0, (600, 900)),
    ((600, 900), 300, (200, 300)), ((60, 90), 180, (120, 180)), ((1, 900), 100, (1, 100))])
def test_sizes(shape, size, expected):
    assert resize_image(np.zeros((*shape, 3), np.uint8), size).shape == (*expected, 3)


def test_reading_gives_minus_one_to_one(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.array([[[0, 127, 255]] * 9] * 4, np.uint8))
    image = read(tmp_path / "a.png", 0)
    assert image.shape == (1, 4, 9, 3) and image.dtype == np.float32
    np.testing.assert_allclose(image[0, 0, 0], [1, -1 / 255, -1], atol=1e-6)


@pytest.mark.parametrize("suffix", images.OUTPUT_SUFFIXES)
def test_writing(tmp_path, suffix):
    write_image(tmp_path / f"a{suffix}", np.full((1, 8, 9, 3), [-2.0, 0.0, 1.0]))
    found = images.read_uint8(tmp_path / f"a{suffix}")
    assert found.shape == (8, 9, 3)
    assert np.abs(found[4, 4].astype(int) - [0, 128, 255]).max() <= 3


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(b"old")

    def full(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(UserError, match="cannot write .*a.png: No space left on device"):
        write_image(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8))
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"old"


@pytest.mark.parametrize("name, message", [
    ("a.gif", "a picture is written as .png"), ("a", "a picture is written as"),
    ("none/a.png", "no folder .*none to write into"), ("folder.png", "is a folder; name a file")])
def test_places_that_cannot_be_written(tmp_path, name, message):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UserError, match=message):
        images.check_image_output(tmp_path / name)


def test_side_by_side():
    content, tall = np.full((10, 20, 3), 50, np.uint8), np.full((40, 20, 3), 90, np.uint8)
    result = np.zeros((1, 10, 20, 3), "float32")
    sheet = side_by_side([[None, tall], [content, result]], gap=2)
    assert sheet.shape == (22, 42, 3)
    assert (sheet[:12, :22] == 255).all() and (sheet[12:, :20] == 50).all()
    assert (sheet[12:, 22:] == 128).all() and (sheet[2:8, 30:33] == 90).all()
    assert (sheet[:10, 22:28] == 255).all()


def test_many_names_are_checked_in_time_that_grows_with_their_number(tmp_path):
    began = time.monotonic()
    images.check_free([tmp_path / f"{i}.png" for i in range(20_000)],
                      [tmp_path / f"{i}.jpg" for i in range(20_000)], False)
    assert time.monotonic() - began < 15            # by pairs it takes minutes


def test_a_link_to_an_input_is_not_written(tmp_path):
    (tmp_path / "a.png").write_bytes(b"x")
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    with pytest.raises(UserError, match="replaced by its own result"):
        images.check_free([tmp_path / "b.png"], [tmp_path / "a.png"], True)
