import io
import pickle
import struct
import sys
import tarfile
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from commands.dispatch import main
from data import cifar, tars, tfds
from data.load import load
from framework.errors import UserError

RNG = np.random.default_rng(0)


class Python2(pickle._Pickler):
    """Writes text and bytes as the byte strings of Python 2, in which CIFAR-10 was published."""

    def say(self, data):
        self.__dict__["write"](data)

    def save_string(self, text):
        data = text.encode("latin1") if isinstance(text, str) else text
        self.say(pickle.BINSTRING + struct.pack("<i", len(data)) + data)

    def save_global(self, thing, name=None):
        module = thing.__module__.replace("numpy._core", "numpy.core")
        self.say(f"c{module}\n{name or thing.__name__}\n".encode())

    dispatch: Any = {**pickle._Pickler.dispatch, str: save_string, bytes: save_string,
                type: save_global, type(np.zeros(1).__reduce__()[0]): save_global}


def batch(count, **replaced):
    data = RNG.integers(0, 256, (count, 3072), np.uint8)
    labels = [int(x) for x in RNG.integers(0, 10, count)]
    return {"data": data, "labels": labels, "batch_label": "training",
            "filenames": [f"{k}.png" for k in range(count)]} | replaced


def published(content):
    file = io.BytesIO()
    Python2(file, 2).dump(content)
    return file.getvalue()


def write_archive(folder, batches, write=published):
    with tarfile.open(folder / cifar.ARCHIVE, "w:gz") as archive:
        for name, content in batches.items():
            data = content if isinstance(content, bytes) else write(content)
            member = tarfile.TarInfo(f"{cifar.FOLDER}/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))


@pytest.fixture
def batches():
    return {f"data_batch_{k}": batch(3) for k in range(1, 6)} | {"test_batch": batch(4)}


def by_pixels(batches):
    """[N, 32, 32, 3] of the red, then green, then blue planes of each row, by loops."""
    rows = np.concatenate([each["data"] for each in batches])
    images = np.empty((len(rows), 32, 32, 3), np.uint8)
    for channel in range(3):
        for y in range(32):
            start = 1024 * channel + 32 * y
            images[:, y, :, channel] = rows[:, start:start + 32]
    return images


@pytest.mark.parametrize("write", [published, lambda content: pickle.dumps(content, 2),
                                   lambda content: pickle.dumps(content, 4)])
def test_the_archive_and_its_folder(tmp_path, batches, write):
    write_archive(tmp_path, batches, write)
    train = [batches[f"data_batch_{k}"] for k in range(1, 6)]
    images, labels = cifar.read_cifar(tmp_path, "train")
    np.testing.assert_array_equal(images, by_pixels(train))
    assert labels.tolist() == sum((each["labels"] for each in train), [])
    assert images.dtype == np.uint8 and labels.dtype == np.int32
    (tmp_path / "other").mkdir()
    with tarfile.open(tmp_path / cifar.ARCHIVE) as archive:
        archive.extractall(tmp_path / "other" / "cifar10", filter="data")
    domain, = load(("cifar10",), tmp_path / "other", split="test")
    np.testing.assert_array_equal(domain.images, by_pixels([batches["test_batch"]]))
    assert domain.classes == 10 and domain.known_labels.tolist() == batches["test_batch"]["labels"]


def test_the_test_writes_what_was_published(batches):
    """The published pickles have neither text nor bytes of Python 3, and name old numpy."""
    written = published(batches["test_batch"])
    for name in (b".core.multiarray\n_reconstruct\n", b"\ndtype\n", b"\nndarray\n"):
        assert b"cnumpy" + name in written
    loaded = pickle.loads(written, encoding="bytes")
    np.testing.assert_array_equal(loaded[b"data"], batches["test_batch"]["data"])


class Touch:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.mark.parametrize("packed", [False, True])
def test_a_batch_that_asks_for_code_runs_nothing(tmp_path, packed, capsys):
    hostile = pickle.dumps(batch(2, extra=Touch(tmp_path / "touched")), 2)
    if packed:
        write_archive(tmp_path, {"data_batch_1": hostile})
    else:
        (tmp_path / cifar.FOLDER).mkdir()
        (tmp_path / cifar.FOLDER / "data_batch_1").write_bytes(hostile)
    assert main(["--gan_type", "gan", "--dataset", "cifar10", "--data_dir", str(tmp_path), "--run",
                 str(tmp_path / "run")]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert "data_batch_1 as a batch of CIFAR-10: it asks for" in line and "open" in line
    assert not (tmp_path / "touched").exists()
    pickle.loads(hostile)["extra"].close()              # Python's own unpickler does it
    assert (tmp_path / "touched").exists()


@pytest.mark.parametrize("content, why", [
    (b"", ""), (b"\x80\x02]q\x00.", "list"), (published({}), "data"),
    (published(batch(2))[:-50], ""),
    (batch(2, labels=[3, 10]), "integers in 0..9"), (batch(2, labels=[1, "2"]), "integers in 0..9"),
    (batch(2, data=np.zeros((2, 3072), np.float32)), "must be uint8"),
    (batch(2, data=np.zeros((2, 100), np.uint8)), "must be uint8"),
    (batch(2, data=np.asfortranarray(np.zeros((2, 3072), np.uint8))), "must be uint8"),
    (batch(2, data=np.zeros((2, 3072), object)), "must be uint8"),
    (batch(2, labels=[1, 2, 3]), "as many labels")])
def test_a_batch_of_something_else_is_refused(tmp_path, content, why):
    write_archive(tmp_path, {"test_batch": content})
    with pytest.raises(UserError, match=f"cannot read .*test_batch as a batch .*: .*{why}"):
        cifar.read_cifar(tmp_path, "test")


def test_damaged_batches_give_images_or_one_line(tmp_path):
    """Every fifth byte of the pickle but the pixels, as others, and cut there."""
    content = batch(1)
    whole, pixels = published(content), content["data"].tobytes()
    start = whole.index(pixels)
    places = [*range(start), *range(start + len(pixels), len(whole))][::5]

    def read(data):
        return cifar.read_batch(tars.PackedFile(tmp_path, "test_batch", data))
    refused = 0
    for place in places:
        for byte in {0, 46, 255, whole[place] ^ 1} - {whole[place]}:
            try:
                images, labels = read(whole[:place] + bytes([byte]) + whole[place + 1:])
                assert images.shape == (1, 32, 32, 3) and 0 <= labels[0] <= 9
            except UserError as error:
                assert "\n" not in str(error)
                refused += 1
        with pytest.raises(UserError):
            read(whole[:place])
    assert len(places) < refused < 3 * len(places)     # some bytes say nothing of the images


def test_no_batch_no_archive_no_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    with pytest.raises(UserError, match="no folder .*typo to look for cifar10"):
        cifar.read_cifar(tmp_path / "typo", "train")
    assert not cifar.is_here(tmp_path)
    builder = SimpleNamespace(url_infos={"http://data.example/x": None})
    monkeypatch.setitem(sys.modules, "tensorflow_datasets",
                        SimpleNamespace(builder_cls=lambda name: builder))
    monkeypatch.setattr(tfds, "why_unreachable", lambda url: "no network")
    with pytest.raises(UserError, match="put cifar-10-python.tar.gz or its folder"):
        cifar.read_cifar(tmp_path, "train")
    write_archive(tmp_path, {"readme": b"nothing"})
    assert cifar.is_here(tmp_path)
    with pytest.raises(UserError, match="holds none of data_batch_1, .*data_batch_5"):
        cifar.read_cifar(tmp_path, "train")
    (tmp_path / cifar.ARCHIVE).write_bytes(b"no archive")
    with pytest.raises(UserError, match="cannot read .*cifar-10-python.tar.gz"):
        cifar.read_cifar(tmp_path, "train")
