"""Style swap with fewer patches: the same with all of them, and a line that says what is lost."""

import cv2
import numpy as np
import tensorflow as tf

from commands.dispatch import main
from nets import projected
from nets.swap import style_swap
from style.few_patches import swapped
from style.images import read_uint8


def activations(side, seed):
    values = np.random.default_rng(seed).normal(size=(1, side, side, 6))
    return tf.constant(np.maximum(values, 0), tf.float32)


def test_none_and_all_are_exact(capsys):
    content, style = activations(8, 0), activations(9, 1)
    exact = style_swap(content, style).numpy()
    np.testing.assert_array_equal(swapped(content, style, 3, 1, None, 0), exact)
    assert capsys.readouterr().err == ""
    np.testing.assert_array_equal(swapped(content, style, 3, 1, None, 49), exact)
    few = swapped(content, style, 3, 1, None, 6).numpy()
    assert few.shape == exact.shape and np.abs(few - exact).max() > 0.1


def test_the_line_comes_once_for_a_style(capsys):
    style = activations(9, 2)
    for seed in range(3):
        swapped(activations(8, seed), style, 3, 1, None, 6)
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("6 style patches: mean cosine 0.")
    few, every = (float(part) for part in lines[0].split() if part.startswith("0."))
    assert few < every < 1


def test_the_option(tmp_path, capsys):
    for seed, name in enumerate(("photo", "painting")):
        image = np.random.default_rng(seed).integers(0, 256, (24, 24, 3), np.uint8)
        cv2.imwrite(str(tmp_path / f"{name}.png"), image)
    words = ["stylize", *(str(tmp_path / f"{name}.png") for name in ("photo", "painting")),
             "--layer", "rgb", "--iterations", "2", "--no_report"]
    for count in ("0", "5", "100000"):
        more = ["--output", str(tmp_path / f"{count}.png"), "--style_patches", count]
        assert main([*words, *more]) == 0
    zero, five, every = (read_uint8(tmp_path / f"{n}.png") for n in ("0", "5", "100000"))
    np.testing.assert_array_equal(every, zero)
    assert np.abs(five.astype(int) - zero).max() > 20
    assert "5 style patches" in capsys.readouterr().err


def test_near_matches_are_mostly_the_exact_ones(monkeypatch):
    monkeypatch.setattr(projected, "LEAST_PAIRS", 0)
    monkeypatch.setattr(projected, "FEW", 30)
    monkeypatch.setattr(projected, "MANY", 50)
    content, style = activations(20, 3), activations(22, 4)
    exact = swapped(content, style, 3, 1, None, 0).numpy()
    near = swapped(content, style, 3, 1, None, 0, matches="near").numpy()
    apart = np.linalg.norm(near - exact) / np.linalg.norm(exact)
    assert 0 < apart < 0.5
    assert apart < 0.7 * np.linalg.norm(content - exact) / np.linalg.norm(exact)
    np.testing.assert_array_equal(swapped(content, style, 3, 1, None, 9, matches="near"),
                                  swapped(content, style, 3, 1, None, 9))
