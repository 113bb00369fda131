import socket
import ssl
import sys
import threading
import time
import types
import urllib.error
from pathlib import Path

import numpy as np
import pytest

from data import tfds
from framework.errors import UserError


class FakeBuilder:
    """Stands for a TFDS builder: `download` says what its download does."""

    url_infos = {"http://data.example/train.gz": None}
    download = staticmethod(lambda folder: None)

    def __init__(self, data_dir):
        self.data_dir = str(Path(data_dir) / "mnist" / "3.0.1")

    def download_and_prepare(self, download_dir):
        folder = Path(self.data_dir)
        folder.mkdir(parents=True)
        (Path(download_dir) / "part").mkdir(parents=True)
        self.download(folder)
        (folder / "dataset_info.json").write_text("{}")

    def as_dataset(self, split, batch_size):
        assert Path(self.data_dir, "dataset_info.json").is_file() and batch_size == -1
        count = {"train": 6, "test": 3}[split]
        images = np.arange(count * 784, dtype=np.int64).astype(np.uint8)
        return {"image": images.reshape(count, 28, 28, 1), "label": np.arange(count)}


@pytest.fixture
def fake(monkeypatch):
    """A fake tensorflow_datasets whose server answers."""
    module = types.ModuleType("tensorflow_datasets")
    module.builder_cls = lambda name: FakeBuilder
    module.builder = lambda name, data_dir: FakeBuilder(data_dir)
    module.as_numpy = lambda arrays: arrays
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
    monkeypatch.setattr(tfds, "why_unreachable", lambda url: None)
    return module


def contents(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_downloads_into_its_place_and_reads(tmp_path, fake):
    assert not tfds.is_prepared("mnist", tmp_path)
    images, labels = tfds.read_tfds("mnist", "train", tmp_path)
    assert images.shape == (6, 28, 28) and images.dtype == np.uint8
    assert labels.dtype == np.int32 and labels.tolist() == list(range(6))
    assert tfds.is_prepared("mnist", tmp_path)
    assert contents(tmp_path) == ["mnist/3.0.1/dataset_info.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["mnist"]


def test_what_is_prepared_is_read_without_asking_the_server(tmp_path, fake, monkeypatch):
    tfds.read_tfds("mnist", "train", tmp_path)
    monkeypatch.setattr(tfds, "why_unreachable", lambda url: "the network is away")
    assert len(tfds.read_tfds("mnist", "test", tmp_path)[0]) == 3


def test_a_failed_download_leaves_nothing(tmp_path, fake, monkeypatch):
    def half(folder):
        (folder / "half.tfrecord").write_text("half of it")
        raise ConnectionError("broken off\nwith a long story")

    monkeypatch.setattr(FakeBuilder, "download", staticmethod(half))
    target = tmp_path / "new" / "place"
    with pytest.raises(UserError, match=r"cannot be downloaded \(broken off\)"):
        tfds.read_tfds("mnist", "train", target)
    assert not (tmp_path / "new").exists()
    (tmp_path / "mine.txt").write_text("stays")
    with pytest.raises(UserError):
        tfds.read_tfds("mnist", "train", tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_interrupted_download_leaves_nothing(tmp_path, fake, monkeypatch):
    def interrupted(folder):
        (folder / "half.tfrecord").write_text("half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeBuilder, "download", staticmethod(interrupted))
    with pytest.raises(KeyboardInterrupt):
        tfds.read_tfds("mnist", "train", tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_data_set_is_refused(tmp_path, fake, monkeypatch):
    tfds.read_tfds("mnist", "train", tmp_path)

    def damaged(*args, **kwargs):
        raise RuntimeError("truncated record")

    monkeypatch.setattr(FakeBuilder, "as_dataset", damaged)
    with pytest.raises(UserError, match="cannot read .*mnist; remove it .*truncated record"):
        tfds.read_tfds("mnist", "train", tmp_path)


def test_without_a_network_the_error_comes_at_once_and_names_three_ways(tmp_path, fake,
                                                                        monkeypatch):
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", fake)

    def no_network(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    for variable in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(UserError) as error:
        tfds.read_tfds("mnist", "train", tmp_path)
    line = str(error.value)
    assert "no answer" not in line                 # what is said where the whole time was waited
    assert "data.example" in line and "Name or service not known" in line and "\n" not in line
    for way in ("mnist.npz into --data_dir", "allow the download", "use glyph"):
        assert way in line
    assert list(tmp_path.iterdir()) == []


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch):
    release = threading.Event()

    def silence(*args, **kwargs):
        release.wait(20)
        raise TimeoutError

    monkeypatch.setattr("urllib.request.urlopen", silence)
    start = time.monotonic()
    why = tfds.why_unreachable("http://data.example/x", 0.1)
    assert why == "no answer from data.example in 0.1 s"
    assert time.monotonic() - start < 10      # half of what `silence` would take, on any clock
    release.set()


def test_a_certificate_that_python_does_not_trust_does_not_stop_tfds(monkeypatch):
    def untrusted(*args, **kwargs):
        raise urllib.error.URLError(ssl.SSLCertVerificationError("self-signed"))

    monkeypatch.setattr("urllib.request.urlopen", untrusted)
    assert tfds.why_unreachable("https://data.example/x") is None


def test_a_server_is_asked_for_the_file_itself():
    asked = []
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]

    def answer(*statuses):
        for status in statuses:
            connection, _ = server.accept()
            asked.append(connection.recv(1000).split(b"\r\n")[0])
            connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
            connection.close()

    thread = threading.Thread(target=answer, args=(b"200 OK", b"404 Not Found"))
    thread.start()
    assert tfds.why_unreachable(f"http://127.0.0.1:{port}/a.gz") is None
    assert "Not Found" in tfds.why_unreachable(f"http://127.0.0.1:{port}/b.gz")
    thread.join()
    server.close()
    assert asked == [b"HEAD /a.gz HTTP/1.1", b"HEAD /b.gz HTTP/1.1"]
    assert "refused" in tfds.why_unreachable(f"http://127.0.0.1:{port}/a.gz")


def test_svhn_says_that_tfds_needs_scipy(tmp_path, fake, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match="pip install scipy.*svhn.npz.*glyph_street"):
        tfds.read_tfds("svhn", "train", tmp_path)


def test_tfds_own_folder_is_the_default(monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    assert tfds.root(None) == tmp_path and tfds.root(Path("x")) == Path("x")
    monkeypatch.delenv("TFDS_DATA_DIR")
    assert tfds.root(None) == Path.home() / "tensorflow_datasets"
