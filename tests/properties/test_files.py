"""Any bytes where an image, an archive, weights or a table should be: numbers, or one line."""

import io
import pickle
import struct
import zipfile
from collections import OrderedDict

import cv2
import h5py
import numpy as np
import pytest
import tensorflow  # noqa: F401 - its import must not count as a hang
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from data import npz
from data.attributes import read_attribute_table
from data.decode import decode
from data.domain import Domain
from data.load import load
from data.names import domain_names
from framework.checkpoint import save_model
from framework.errors import UserError
from metrics.torchfile import read_state_dict
from metrics.weights import LINEAR_FILES, load_linear
from nets.classifier import build_classifier
from nets.vgg import VGGFeatures
from tests.properties import guard
from tests.properties.guard import refused_or
from tests.properties.strategies import fewer, mutated, repacked
from trainers.classifier import load_classifier

RNG = np.random.default_rng(0)


def picture(shape, dtype=np.uint8):
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def by_opencv(suffix, image):
    return cv2.imencode(suffix, image)[1].tobytes()


def by_pillow(kind, image, **settings):
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind, **settings)
    return file.getvalue()


def images() -> list[bytes]:
    """A small valid file of every kind."""
    colour, grey = picture((6, 5, 3)), picture((6, 5))
    frames = [Image.fromarray(picture((6, 5, 3))) for _ in range(2)]
    exif = Image.Exif()
    exif[0x0112] = 6
    return [by_opencv(".png", colour), by_opencv(".png", picture((6, 5, 4))),
            by_opencv(".png", picture((6, 5, 3), np.uint16)), by_pillow("PNG", grey),
            by_opencv(".jpg", colour), by_pillow("JPEG", colour, exif=exif, progressive=True),
            by_pillow("JPEG", grey), by_opencv(".webp", colour),
            by_pillow("WEBP", picture((6, 5, 4)), lossless=True),
            by_pillow("TIFF", colour, compression="tiff_lzw"), by_opencv(".tiff", colour),
            by_pillow("TIFF", colour, compression="jpeg"), by_pillow("GIF", grey),
            by_pillow("GIF", colour, save_all=True, append_images=frames),
            by_opencv(".bmp", colour), by_pillow("BMP", grey), by_opencv(".ppm", colour)]


IMAGES = images()


class File:
    """An image file in memory."""

    name = "picture"

    def __init__(self, data):
        self.data = data

    def read_bytes(self):
        return self.data

    def __str__(self):
        return self.name


def check_decoded(image):
    assert image is None or (image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3
                             and image.size)


@given(mutated(IMAGES))
def test_any_bytes_as_an_image(at_home, data):
    check_decoded(refused_or(decode, at_home, File(data)))


@given(st.sampled_from(IMAGES), st.binary(max_size=200))
def test_any_bytes_behind_the_signature_of_an_image(at_home, image, data):
    check_decoded(refused_or(decode, at_home, File(image[:16] + data)))


def zipped(names=("a.png", "b/c.jpg"), method=zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for i, name in enumerate(names):
            info = zipfile.ZipInfo("x")
            info.filename, info.compress_type = name, method       # as it is, whatever it is
            archive.writestr(info, IMAGES[4 * (i % 2)])
    return file.getvalue()


NAMES = st.one_of(st.text(min_size=1, max_size=12), st.sampled_from([
    "../../outside.png", "/etc/outside.png", "a\0b.png", "n" * 60_000 + ".png", "a//b.png",
    "a/./b.png", "C:\\x.png", "trainA/x.png", "trainB/x.png", "domain1/x.png",
    "domain2/../x.png", ".png", "a/", "/", "..", "img/", "é.png", "\ud800.png", "__MACOSX/x.png"])
).filter(lambda name: not hangs(name))


def hangs(name: str) -> bool:
    """Whether zipfile of Python 3.11.9 and earlier looks for the folders of the name for ever
    (CVE-2024-8088): see `test_a_name_that_begins_with_two_slashes`."""
    return name.replace("\\", "/").startswith("//")


def first_images(archive):
    names = domain_names(f"folder:{archive}")
    return [domain.images[:2] for domain in load(names, image_size=8)]


@given(mutated([zipped(), zipped(method=zipfile.ZIP_STORED),
                zipped(("trainA/a.png", "trainB/b.jpg"), zipfile.ZIP_BZIP2)]))
def test_any_bytes_as_an_archive(at_home, data):
    (at_home / "images.zip").write_bytes(data)
    refused_or(first_images, at_home, at_home / "images.zip")


def test_an_archive_whose_member_ends_too_early(at_home):
    data, place = bytearray(zipped(["a.png"], zipfile.ZIP_STORED)), at_home / "images.zip"
    start = data.index(b"PK\1\2")
    data[start + 20:start + 28] = 2 * (10**6).to_bytes(4, "little")       # more than there is
    place.write_bytes(data)
    with pytest.raises(EOFError):
        zipfile.Path(place, "a.png").read_bytes()
    with pytest.raises(UserError, match="cannot read the image .*EOFError"):
        decode(zipfile.Path(place, "a.png"))
    refused_or(first_images, at_home, place)


@given(st.lists(NAMES, min_size=1, max_size=4))
@example(["../../outside.png"])
@example(["a.png", "a.png/b.png"])
def test_any_names_in_an_archive(at_home, names):
    try:
        data = zipped(names)
    except (UnicodeEncodeError, ValueError):        # no archive can hold them
        return
    (at_home / "images.zip").write_bytes(data)
    refused_or(first_images, at_home, at_home / "images.zip")


@pytest.mark.parametrize("name", ["//a.png", "\\\\host\\x.png"])
def test_a_name_that_begins_with_two_slashes(at_home, monkeypatch, name):
    monkeypatch.setattr(guard, "CPU_SECONDS", 2)
    (at_home / "images.zip").write_bytes(zipped([name]))
    refused_or(first_images, at_home, at_home / "images.zip")


def test_an_archive_for_a_later_unpacker(at_home):
    data = bytearray(zipped())
    data[data.index(b"PK\1\2") + 6] = 64            # the version that the first member needs
    (at_home / "images.zip").write_bytes(data)
    assert refused_or(first_images, at_home, at_home / "images.zip") is None


class _Rebuild:
    """A tensor as torch's pickle describes it."""

    def __init__(self, key, shape, offset=0, strides=(1,)):
        self.arguments = (_Storage(key), offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return _rebuild_tensor_v2, self.arguments


class _Storage:
    def __init__(self, key):
        self.key = key


class FloatStorage:
    pass


def _rebuild_tensor_v2():
    pass


_rebuild_tensor_v2.__module__ = "torch._utils"
FloatStorage.__module__, FloatStorage.__qualname__ = "torch", "FloatStorage"


class _Pickler(pickle._Pickler):
    """Writes names without looking for torch."""

    def persistent_id(self, thing):
        return (("storage", FloatStorage, thing.key, "cpu", 4)
                if isinstance(thing, _Storage) else None)

    def save_global(self, obj, name=None):
        if obj in (FloatStorage, _rebuild_tensor_v2):
            return self.write(f"c{obj.__module__}\n{obj.__name__}\n".encode())
        return super().save_global(obj, name)

    dispatch = pickle._Pickler.dispatch | {type: save_global, type(_rebuild_tensor_v2): save_global}


def torch_files() -> list[bytes]:
    """A state dict of two tensors as torch has saved them since 1.6, and its pickle alone."""
    inner = io.BytesIO()
    _Pickler(inner, 2).dump(OrderedDict(a=_Rebuild("0", (4,)), b=_Rebuild("1", (2,), 1, (2,))))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("x/data.pkl", inner.getvalue())
        for key in "01":
            archive.writestr(f"x/data/{key}", np.arange(4, dtype="f4").tobytes())
    old = b"".join(pickle.dumps(x, 2) for x in (0x1950A86A20F9469CFC6C, 1001,
                                                {"little_endian": True})) + inner.getvalue() + (
        pickle.dumps(["0", "1"], 2)) + 2 * (struct.pack("<q", 4) + bytes(16))
    return [file.getvalue(), old]


TORCH = torch_files()


@pytest.mark.parametrize("data", TORCH, ids=["zip", "old"])
def test_the_files_of_torch_are_whole(at_home, data):
    (at_home / "net.pth").write_bytes(data)
    assert list(read_state_dict("net.pth")) == ["a", "b"]


@given(st.one_of(mutated(TORCH), repacked(TORCH[:1])))
def test_any_bytes_as_weights_of_torch(at_home, data):
    (at_home / "net.pth").write_bytes(data)
    found = refused_or(read_state_dict, at_home, "net.pth")
    assert found is None or all(isinstance(v, np.ndarray) for v in found.values())


def arrays(**named) -> bytes:
    file = io.BytesIO()
    np.savez(file, **named)
    return file.getvalue()


DIGITS = [arrays(train_images=picture((3, 4, 4)), train_labels=np.arange(3),
                 test_images=picture((2, 4, 4)), test_labels=np.arange(2)),
          arrays(train_images=picture((3, 4, 4, 3)), train_labels=np.arange(3, dtype=np.uint8))]


@given(st.one_of(mutated(DIGITS), repacked(DIGITS)))
def test_any_bytes_as_digits(at_home, data):
    (at_home / "mnist.npz").write_bytes(data)
    found = refused_or(npz.read_npz, at_home, at_home / "mnist.npz", "train")
    assert found is None or len(found[0]) == len(found[1])
    refused_or(npz.count, at_home, at_home / "mnist.npz")


LINEAR = arrays(**{f"squeeze/{i}": np.ones(n, np.float32) for i, n in enumerate(
    (64, 128, 256, 384, 384, 512, 512))})
VGG = arrays(**{"block1_conv1/kernel": np.zeros((3, 3, 3, 64), np.float32),
                "block1_conv1/bias": np.zeros(64, np.float32)})


@given(st.one_of(mutated([LINEAR]), repacked([LINEAR])))
def test_any_bytes_as_linear_weights(at_home, data):
    (at_home / LINEAR_FILES["squeeze"].arrays).write_bytes(data)
    found = refused_or(load_linear, at_home, "squeeze", at_home)
    assert found is None or len(found[0]) == 7


@given(st.one_of(mutated([VGG]), repacked([VGG])))
def test_any_bytes_as_weights_of_vgg(at_home, data):
    (at_home / "vgg.npz").write_bytes(data)
    refused_or(VGGFeatures, at_home, ["block1_conv1"], "vgg.npz")


def hdf5() -> bytes:
    """Weights of one layer as Keras keeps those of its own nets."""
    file = io.BytesIO()
    with h5py.File(file, "w") as held:
        held.attrs["layer_names"] = [b"block1_conv1"]
        layer = held.create_group("block1_conv1")
        layer.attrs["weight_names"] = [b"kernel:0", b"bias:0"]
        layer["kernel:0"], layer["bias:0"] = np.zeros((3, 3, 3, 64), "f4"), np.zeros(64, "f4")
    return file.getvalue()


@fewer(8)
@given(mutated([hdf5()]))
def test_any_bytes_as_weights_of_keras(at_home, data):
    (at_home / "vgg.h5").write_bytes(data)
    refused_or(VGGFeatures, at_home, ["block1_conv1"], "vgg.h5")


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    """A classifier as a run keeps it, of images of 32 pixels."""
    path = tmp_path_factory.mktemp("classifier") / "classifier.keras"
    save_model(path, build_classifier((32, 32, 3), 10, "quick", 0.02))
    return path.read_bytes()


@fewer(8)
@given(st.data())
def test_any_bytes_as_a_classifier(at_home, classifier, data):
    kind = data.draw(st.sampled_from([mutated, repacked, repacked]))
    (at_home / "net.keras").write_bytes(data.draw(kind([classifier])))
    domain = Domain("a", np.zeros((1, 32, 32, 3), np.uint8), np.zeros(1, np.int32), 10)
    net = refused_or(load_classifier, at_home, "net.keras", [domain])
    assert net is None or net.output_shape == (None, 10)


TABLES = [b"2\nSmiling Male\na.jpg 1 -1\nb.jpg -1 1\n", b"image_id,Smiling\na.jpg,1\nb.jpg,-1\n",
          b"a.jpg 0\nb.jpg 2\n", "\ufeffx,Smiling\r\ná.jpg,1\r\n".encode()]


@given(st.one_of(mutated(TABLES), st.binary(max_size=60)), st.sampled_from(["a.csv", "a.txt"]))
@example(b"\xff\xfe", "a.csv")
@example(b"a.jpg 300\n", "a.txt")
@example("a.jpg ١\n".encode(), "a.txt")
@example(b"x,Smiling\na.jpg\n", "a.csv")
@example(b"x\n1\n", "a.csv")
@example(b",,\n,1\n", "a.csv")
def test_any_bytes_as_a_table(at_home, data, name):
    (at_home / name).write_bytes(data)
    table = refused_or(read_attribute_table, at_home, at_home / name)
    if table is not None:
        assert table.values.shape[1] == len(table.names) and table.values.dtype == np.int8
        assert max(table.rows.values(), default=-1) < len(table.values)
