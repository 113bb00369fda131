"""One decoder: what it draws, and what it refuses by name."""

import io
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from PIL import Image

from data.decode import decode, is_complete, looks_like_an_image
from framework.errors import UserError

HALVES = np.zeros((32, 48, 3), np.uint8)
HALVES[:16] = 255


def encoded(kind, image=HALVES, **settings):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, kind, **settings)
    return buffer.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("suffix, kind", [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"),
                                          ("tif", "TIFF")])
@pytest.mark.parametrize("tag, corner", [(1, (0, 0)), (3, (-1, 0)), (6, (0, -1)), (8, (0, 0))])
def test_an_orientation_tag_is_obeyed_whatever_the_kind(tmp_path, suffix, kind, tag, corner):
    """White is the upper half: after 3 the lower one, after 6 the right, after 8 the left."""
    exif = Image.Exif()
    exif[0x0112] = tag
    (tmp_path / f"a.{suffix}").write_bytes(encoded(kind, exif=exif, quality=100))
    image = decode(tmp_path / f"a.{suffix}")[..., 0]
    assert image.shape == ((32, 48) if tag in (1, 3) else (48, 32))
    assert image[corner] > 245 and (image > 128).mean() == pytest.approx(0.5, abs=0.01)
    assert image[{1: (-1, 0), 3: (0, 0), 6: (0, 0), 8: (0, -1)}[tag]] < 10


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("tail", [b"\0" * 50_000, b"\xff\xd9" * 3, b"ftypmp42" * 4000,
                                  b"\xff" * 1001, b"IEND" * 900])
def test_what_follows_an_image_is_not_looked_at(tmp_path, kind, tail):
    (tmp_path / "a").write_bytes(encoded(kind) + tail)
    np.testing.assert_array_equal(decode(tmp_path / "a"), decode_alone(tmp_path, kind))


def decode_alone(folder, kind):
    (folder / "alone").write_bytes(encoded(kind))
    return decode(folder / "alone")


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_an_image_that_is_cut_off_is_refused(tmp_path, kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = encoded(kind, noise)
    assert is_complete(data)
    (tmp_path / "a").write_bytes(data[:int(share * len(data))])
    with pytest.raises(UserError, match="a is broken"):
        decode(tmp_path / "a")


@pytest.mark.parametrize("settings", [{"progressive": True}, {"restart_marker_blocks": 1},
                                      {"comment": b"\xff\xd9" * 10}])
def test_the_end_of_every_jpeg_is_found(settings):
    noise = np.random.default_rng(1).integers(0, 256, (40, 56, 3), np.uint8)
    data = encoded("JPEG", noise, **settings)
    assert is_complete(data) and is_complete(data + b"tail") and not is_complete(data[:-2])


def test_a_jpeg_with_the_end_of_a_thumbnail_and_not_its_own_is_cut_off():
    exif = Image.Exif()
    exif[0x9286] = encoded("JPEG")                          # a comment that holds a whole JPEG
    data = encoded("JPEG", np.random.default_rng(1).integers(0, 256, (99, 99, 3), np.uint8),
                   exif=exif)
    assert is_complete(data) and not is_complete(data[:len(data) // 2])


@pytest.mark.parametrize("dtype", ["float32", "int32", "float64"])
def test_numbers_without_a_range_are_refused(tmp_path, dtype):
    cv2.imwrite(str(tmp_path / "a.tif"), np.full((8, 8), 3).astype(dtype))
    with pytest.raises(UserError, match=r"a.tif holds \w+ numbers, whose range"):
        decode(tmp_path / "a.tif")


@pytest.mark.parametrize("largest, fits", [(4095, False), (255, False), (4096, True), (65535, True),
                                           (0, True)])
def test_twelve_bits_in_sixteen_are_refused(tmp_path, largest, fits):
    image = np.zeros((8, 8), np.uint16)
    image[2, 3] = largest
    cv2.imwrite(str(tmp_path / "a.png"), image)
    if fits:
        assert decode(tmp_path / "a.png")[2, 3].tolist() == [largest >> 8] * 3
    else:
        with pytest.raises(UserError, match=f"a.png has 16 bits and no value above {largest}"):
            decode(tmp_path / "a.png")


def wide_png(width, height):
    row = b"\0" + bytes((width + 7) // 8)
    packed = zlib.compressobj(1)
    rows = b"".join(packed.compress(row) for _ in range(height)) + packed.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows)
            + chunk(b"IEND", b""))


def test_more_pixels_than_opencv_takes_are_one_line(tmp_path, capfd):
    (tmp_path / "giga.png").write_bytes(wide_png(33_000, 33_000))
    with pytest.raises(UserError, match="giga.png has too many pixels"):
        decode(tmp_path / "giga.png")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000"])
def test_the_first_bytes_of_an_image_are_known(kind):
    assert looks_like_an_image(encoded(kind)[:32])


@pytest.mark.parametrize("data", [
    b"", b"hello, world, I am no image at all", b"PK\3\4" + bytes(28),
    b"\0\0\0\x18ftypmp42" + bytes(20), b"RIFF1234WAVEfmt " + bytes(9)])
def test_the_first_bytes_of_other_files_are_not(data):
    assert not looks_like_an_image(data)


def encoded_noise(**settings):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return encoded("JPEG", noise, **settings)


def test_a_png_with_a_spoilt_profile_is_decoded_without_a_word(tmp_path, capfd):
    png = encoded("PNG")
    profile = chunk(b"iCCP", b"x\0\0garbage")
    (tmp_path / "a.png").write_bytes(png[:33] + profile + png[33:])
    assert np.array_equal(decode(tmp_path / "a.png"), np.asarray(HALVES))
    assert capfd.readouterr().err == ""


def test_a_jpeg_whose_data_end_before_its_end_marker_is_refused_in_our_words(tmp_path, capfd):
    jpeg = encoded_noise()
    (tmp_path / "a.jpg").write_bytes(jpeg[:len(jpeg) // 2] + b"\xff\xd9")
    with pytest.raises(UserError, match="part of its data is lost"):
        decode(tmp_path / "a.jpg")
    assert capfd.readouterr().err == ""


def test_a_damaged_jpeg_does_not_spoil_those_decoded_beside_it(tmp_path):
    jpeg = encoded_noise()
    for i in range(40):
        broken = i % 4 == 0
        (tmp_path / f"{i}.jpg").write_bytes(jpeg[:len(jpeg) // 2] + b"\xff\xd9" if broken else jpeg)

    def fits(i):
        try:
            return decode(tmp_path / f"{i}.jpg") is not None
        except UserError:
            return False
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fits, range(40))) == [i % 4 != 0 for i in range(40)]


def test_pillow_does_not_warn_of_spoilt_tags(tmp_path):
    png = encoded("PNG")
    (tmp_path / "a.png").write_bytes(png[:33] + chunk(b"eXIf", b"MM\0*\xff\xff\xff\xff") + png[33:])
    program = ("import sys; from pathlib import Path; from data.decode import decode; "
               "decode(Path(sys.argv[1]))")
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "a.png")],
                          capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
