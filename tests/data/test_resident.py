"""Images on the device, tried on the processor: no test has a GPU."""

import csv

import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from data import resident as module
from data.batches import Batches, prefetch
from data.domain import Domain
from data.folders import ImageFiles
from data.resident import OnDevice, keep_on_device
from framework import devices
from trainers import classifier, conditional

CPU = "CPU:0"
RNG = np.random.default_rng(0)
PICTURES = RNG.integers(0, 256, (23, 4, 5, 3), np.uint8)
POINTS = RNG.standard_normal((17, 2), np.float32)
POINTS[3] = np.nan, -0.0


def domain(name, images):
    return Domain(name, images, np.arange(len(images), dtype=np.int32) % 7)


@pytest.mark.parametrize("jit_compile", [None, False, True])
@pytest.mark.parametrize("images", [PICTURES, POINTS], ids=["uint8", "float32"])
def test_the_same_bits_as_the_array(images, jit_compile):
    kept = OnDevice(images, CPU, jit_compile)
    assert (len(kept), kept.shape, kept.dtype) == (len(images), images.shape, images.dtype)
    for which in (np.arange(len(images))[::-1], np.array([3, 0, 3, len(images) - 1])):
        found = kept[which]
        assert tf.is_tensor(found) and found.device.endswith(CPU)
        assert found.dtype == images.dtype and found.shape == (len(which), *images.shape[1:])
        assert found.numpy().tobytes() == images[which].tobytes()


def test_xla_elsewhere_and_nothing_kept_in_another_place(monkeypatch, capsys):
    asked, domains = [], (domain("b", POINTS),)
    monkeypatch.setattr(tf, "function", lambda f, **how: asked.append(how["jit_compile"]) or f)
    monkeypatch.setattr(tf, "device", lambda name: tf.name_scope("ignored"))
    OnDevice(POINTS, CPU)
    assert keep_on_device(domains, "GPU:0") == domains
    assert "float32 is not kept on GPU:0" in capsys.readouterr().out
    assert asked == [False, True]


def test_batches_are_those_of_the_host():
    domains = domain("a", PICTURES), domain("b", POINTS)
    there = Batches(keep_on_device(domains, CPU), 4, 3, seed=2)
    assert all(isinstance(d.images, OnDevice) for d in there.domains)
    here = Batches(domains, 4, 3, seed=2)
    for i, found in enumerate(prefetch(there, 0, 5)):
        for a, b in zip(found, here(i), strict=True):
            assert tf.is_tensor(a) and a.shape == b.shape
            assert a.numpy().tobytes() == b.tobytes()
        for a, b in zip(there.labels(i), here.labels(i), strict=True):
            assert isinstance(a, np.ndarray)
            np.testing.assert_array_equal(a, b)


def test_what_is_streamed_stays(tmp_path, write_images):
    files = sorted(write_images(tmp_path / "a", 9).iterdir())
    streamed = Domain("files", ImageFiles(files, 8))
    on_disk = np.memmap(tmp_path / "images", np.uint8, "w+", shape=(6, 8, 8, 3))
    mapped = Domain("mapped", on_disk)
    first, second, third = keep_on_device((streamed, domain("a", PICTURES), mapped), CPU)
    assert first is streamed and third is mapped and isinstance(second.images, OnDevice)
    batch = Batches((first, second), 4, 2)(0)
    assert isinstance(batch[0], np.ndarray) and batch[0].shape == (2, 4, 8, 8, 3)
    assert tf.is_tensor(batch[1]) and batch[1].shape == (2, 4, 4, 5, 3)


def test_too_many_bytes_stay(monkeypatch):
    domains = domain("a", PICTURES), domain("b", POINTS)
    monkeypatch.setattr(module, "MAX_RESIDENT_BYTES", PICTURES.nbytes + POINTS.nbytes - 1)
    assert keep_on_device(domains, CPU) == domains
    monkeypatch.setattr(module, "MAX_RESIDENT_BYTES", PICTURES.nbytes + POINTS.nbytes)
    assert all(isinstance(d.images, OnDevice) for d in keep_on_device(domains, CPU))


def test_what_the_device_refuses_stays(monkeypatch, capsys):
    def full(images, device):
        raise tf.errors.ResourceExhaustedError(None, None, "no memory\nleft")

    domains = (domain("a", PICTURES),)
    monkeypatch.setattr(module, "OnDevice", full)
    assert keep_on_device(domains, "GPU:0") == domains
    assert "no memory left" in capsys.readouterr().out


def test_only_one_gpu_is_asked_for(monkeypatch):
    domains = (domain("a", PICTURES),)
    assert devices.only_gpu() is None and keep_on_device(domains, None) == domains
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: [f"first {kind}"])
    assert devices.only_gpu() == "GPU:0"
    strategy = tf.distribute.OneDeviceStrategy(CPU)
    with strategy.scope():
        assert devices.only_gpu() is None
    monkeypatch.setattr(devices, "_started", devices.Started(strategy))
    assert devices.only_gpu() is None


FLAGS = ["--preset", "none", "--width", "0.1", "--batch_size", "4",
         "--limit_data", "20", "--iterations", "4", "--log_every", "1", "--seed", "4",
         "--no-tensorboard", "--sample_every", "4", "--no_sample_early"]
KINDS = {"conditional": ["--gan_type", "gan", "--dataset", "glyph", "--generator", "quick",
                         "--discriminator", "quick", "--latent_dim", "6",
                         "--discriminator_steps", "2", "--conditional"],
         "classifier": ["--gan_type", "classifier", "--dataset", "glyph2negative"]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_the_same_and_traced_once(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("data.glyph.COUNTS", {"train": 60, "test": 20})
    kept, traced = [], []

    def noted(domains, device):
        kept.extend(found := keep_on_device(domains, device))
        return found

    real = devices.compiled

    def compiled(function, mode="graph"):
        def counted(*args):
            traced.append(1)
            return function(*args)
        return real(counted, mode)

    monkeypatch.setattr("trainers.loop.compiled", compiled)
    for folder, device in (("host", None), ("device", CPU)):
        for trainer in (conditional, classifier):
            monkeypatch.setattr(trainer, "keep_on_device",
                                lambda domains, _, d=device: noted(domains, d))
        kept.clear(), traced.clear()
        assert main([*FLAGS, *KINDS[kind], "--run", str(tmp_path / folder)]) == 0
        assert len(kept) == (1 if kind == "conditional" else 2) and len(traced) == 1
        assert all(isinstance(d.images, OnDevice) == (device is CPU) for d in kept)
    host, there = ((tmp_path / f / "losses.csv").read_bytes() for f in ("host", "device"))
    assert len(list(csv.reader(host.decode().splitlines()))) == 5
    assert host == there
