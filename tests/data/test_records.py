"""Records of TFDS as files, with a stand-in for TFDS: the real one needs its data sets."""

import sys
import types
from pathlib import Path

import cv2
import numpy as np
import pytest

from data import celeba, records, tfds
from data.load import load
from data.names import domain_names
from framework.errors import UserError

COUNTS = {"celeb_a": {"train": 6, "validation": 2, "test": 3},
          "cycle_gan/horse2zebra": {"trainA": 3, "trainB": 4, "testA": 1, "testB": 2}}


def encoded(value):
    return cv2.imencode(".png", np.full((12, 12, 3), value, np.uint8))[1].tobytes()


class FakeBuilder:
    url_infos = {"http://data.example/set.zip": None}
    formats = []

    def __init__(self, name, data_dir, **settings):
        self.name, self.settings = name, settings
        self.data_dir = str(Path(data_dir) / name / "1.0.0")

    def download_and_prepare(self, download_dir):
        FakeBuilder.formats.append(self.settings["file_format"])
        Path(self.data_dir).mkdir(parents=True)
        (Path(self.data_dir) / "dataset_info.json").write_text("{}")

    def as_data_source(self, split, decoders):
        assert decoders == {"image": "skipped"}
        first = 100 * list(COUNTS[self.name]).index(split) % 256
        return [{"image": encoded(first + i), "attributes": {"Young": i < 2, "Smiling": i % 2}}
                for i in range(COUNTS[self.name][split])]


@pytest.fixture(autouse=True)
def fake(monkeypatch, tmp_path):
    module = types.ModuleType("tensorflow_datasets")
    module.builder_cls = lambda name: {"celeb_a": FakeBuilder, "cycle_gan": FakeBuilder}[name]
    module.builder = FakeBuilder
    module.decode = types.SimpleNamespace(SkipDecoding=lambda: "skipped")
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", module)
    monkeypatch.setattr(tfds, "why_unreachable", lambda url: None)
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "default"))
    celeba._of_tfds.cache_clear()


def reds(domain):
    return domain.images[np.arange(len(domain))][:, 0, 0, 0].tolist()


def test_a_cyclegan_set_is_prepared_and_read_by_parts(tmp_path):
    names = domain_names("horse2zebra", data_dir=tmp_path)
    horses, zebras = load(names, tmp_path, image_size=8)
    assert (horses.name, zebras.name) == ("trainA", "trainB") and horses.labels is None
    assert (reds(horses), reds(zebras)) == ([0, 1, 2], [100, 101, 102, 103])
    assert [reds(d) for d in load(names, tmp_path, 8, split="test")] == [[200], [44, 45]]
    assert FakeBuilder.formats[-1] == records.FORMAT
    assert (tmp_path / "cycle_gan/horse2zebra/1.0.0/dataset_info.json").is_file()
    assert load(names, tmp_path)[0].images.shape == (3, 128, 128, 3)


def test_the_faces_of_tfds(tmp_path):
    without, smiling = load(domain_names("CelebSmiling"), tmp_path, image_size=8)
    assert reds(smiling) == [1, 3, 5, 101] and reds(without) == [0, 2, 4, 100]
    assert smiling.attributes == ("Smiling", "Young")
    assert smiling.labels.tolist() == [[1, 1], [1, 0], [1, 0], [1, 1]]
    assert reds(load(("celeba",), tmp_path, 8, split="test")[0]) == [200, 201, 202]
    assert celeba.is_here(tmp_path) and records.is_here("celeba", tmp_path)


def test_what_lies_where_tfds_keeps_its_own_is_found(tmp_path):
    (tmp_path / "mine").mkdir()
    tfds.prepare("horse2zebra", tmp_path / "default", file_format=records.FORMAT)
    assert len(records.read_records("horse2zebra", "trainB", tmp_path / "mine")) == 4
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_set_of_another_format_is_no_traceback(tmp_path, monkeypatch):
    tfds.prepare("horse2zebra", tmp_path, file_format="tfrecord")

    def refuse(self, split, decoders):
        raise NotImplementedError("Random access is not supported.\nMore of it.")
    monkeypatch.setattr(FakeBuilder, "as_data_source", refuse)
    with pytest.raises(UserError, match=r"remove it .* array_record \(Random access is not"):
        records.read_records("horse2zebra", "trainA", tmp_path)


def test_no_network(tmp_path, monkeypatch):
    monkeypatch.setattr(tfds, "why_unreachable", lambda url: "the network is away")
    with pytest.raises(UserError, match="the network is away.*put apple2orange/ or apple2orange"):
        load(domain_names("apple2orange", data_dir=tmp_path), tmp_path)
    with pytest.raises(UserError, match="there is no folder"):
        load(domain_names("apple2orange"), tmp_path / "nowhere")


def test_a_broken_record_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(FakeBuilder, "as_data_source", lambda *a, **k: [{"image": b"x"}])
    with pytest.raises(UserError, match="the image horse2zebra/trainA/0.jpg is broken"):
        load(domain_names("horse2zebra", data_dir=tmp_path), tmp_path)
