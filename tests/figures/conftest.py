"""Photographs, paintings and methods of style transfer that draw at once."""

import inspect

import cv2
import numpy as np
import pytest

from commands.registry import COMMANDS
from figures import style_measures, style_methods, style_results
from framework.errors import UserError
from style.methods import METHODS


def keep(content, styles):
    """The photograph itself."""
    return content


def wash(content, styles, *, iterations=3, seed=0, vgg_weights="imagenet"):
    """One colour, that of the painting's upper left pixel."""
    return np.broadcast_to(styles[0][:, :1, :1], content.shape)


def shy(content, styles, *, run=""):
    """None of a tall photograph."""
    if content.shape[1] > content.shape[2]:
        raise UserError("it is tall")
    return content


@pytest.fixture
def pictured(tmp_path, monkeypatch):
    """PHOTOS, one of them broken, PAINTINGS, and few.npz, weights of VGG's first two layers, in
    the current folder."""
    rng = np.random.default_rng(0)
    for folder, sizes in (("PHOTOS", [(40, 60), (60, 40), (40, 60)]),
                          ("PAINTINGS", [(30, 50), (44, 44)])):
        (tmp_path / folder).mkdir()
        for k, size in enumerate(sizes):
            coarse = rng.integers(0, 256, (4, 4, 3), np.uint8)
            cv2.imwrite(str(tmp_path / folder / f"{folder[:2].lower()}{k}.png"),
                        cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC))
    (tmp_path / "PHOTOS" / "broken.png").write_bytes(b"\x89PNG no")
    np.savez(tmp_path / "few.npz", **{
        f"{layer}/{part}": rng.normal(0, 0.1, shape).astype("float32")
        for layer, inputs in (("block1_conv1", 3), ("block1_conv2", 64))
        for part, shape in (("kernel", (3, 3, inputs, 64)), ("bias", 64))})
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def drawn(pictured, monkeypatch):
    """Has the methods above at hand and drawn in this process, over `pictured`; returns what is
    drawn, (method, steps) one by one."""
    calls = []

    def watched(method):
        def call(content, styles, **options):
            calls.append((method.__name__, options.get("iterations")))
            return method(content, styles, **options)
        call.__signature__ = inspect.signature(method)
        return call
    assert COMMANDS                     # the commands read the methods' options once, before
    monkeypatch.setattr(METHODS, "_things", dict(METHODS) | {
        method.__name__: watched(method) for method in (keep, wash, shy)})
    monkeypatch.setattr(style_results, "run_apart",
                        lambda what, function, *arguments: function(*arguments))
    return calls


class Alike:
    """In the place of LPIPS, which takes a second to build: the mean difference of pixels."""

    name = "mean difference"

    def __init__(self, net, weights):
        pass

    def __call__(self, a, b):
        return np.abs(a.astype(float) - b).mean((1, 2, 3))


@pytest.fixture
def quick(drawn, monkeypatch):
    """As `drawn`, without LPIPS and the plot, which take most of the time."""
    monkeypatch.setattr(style_measures, "LPIPS", Alike)
    monkeypatch.setattr(style_methods, "plot", lambda *about: np.zeros((4, 4, 3), np.uint8))
    return drawn
