"""The three products of a convolution, in every form, against sums by hand."""

import numpy as np
import pytest
import tensorflow as tf

from nets.convolution import choice, convolve, transpose
from nets.convolution.choice import Case, eigen_rule, onednn_rule
from nets.convolution.forms import FORMS

RANDOM = np.random.default_rng(0)
SHAPES = [(4, 4, 6, 5, 3, 2), (4, 3, 2, 7, 4, 2), (1, 1, 3, 2, 4, 1), (2, 3, 5, 4, 5, 3),
          (3, 4, 5, 3, 2, 3), (5, 6, 2, 3, 6, 1), (3, 2, 4, 5, 1, 2)]


def drawn(*shape):
    return RANDOM.normal(size=shape).astype("float32")


def by_hand(x, y, kernel, stride):
    """The triple sum whose derivatives with respect to y, x and the kernel are the products:
    x [B, H, W, C] times y [B, sH, sW, F] where a tap of the kernel joins them."""
    size, before = kernel.shape[0], max(kernel.shape[0] - stride, 0) // 2
    to_y, to_x, to_kernel = (np.zeros(each.shape) for each in (y, x, kernel))
    x, y, kernel = (np.asarray(each, "float64") for each in (x, y, kernel))
    for i, j, a, b in np.ndindex(*x.shape[1:3], size, size):
        row, column = stride * i + a - before, stride * j + b - before
        if 0 <= row < y.shape[1] and 0 <= column < y.shape[2]:
            to_y[:, row, column] += np.einsum("nc,fc->nf", x[:, i, j], kernel[a, b])
            to_x[:, i, j] += np.einsum("nf,fc->nc", y[:, row, column], kernel[a, b])
            to_kernel[a, b] += np.einsum("nf,nc->fc", y[:, row, column], x[:, i, j])
    return {"transpose": to_y, "convolve": to_x, "correlate": to_kernel}


def factors(height, width, channels, filters, size, stride, batch=2):
    return (drawn(batch, height, width, channels),
            drawn(batch, stride * height, stride * width, filters),
            drawn(size, size, filters, channels))


@pytest.mark.parametrize("height, width, channels, filters, size, stride", SHAPES)
def test_every_form_of_every_product(height, width, channels, filters, size, stride):
    x, y, kernel = factors(height, width, channels, filters, size, stride)
    expected = by_hand(x, y, kernel, stride)
    given = {"transpose": (x, kernel, stride), "convolve": (y, kernel, stride),
             "correlate": (y, x, size, stride)}
    for product, forms in FORMS.items():
        for name, form in forms.items():
            found = form(*(tf.constant(each) if isinstance(each, np.ndarray) else each
                           for each in given[product]))
            np.testing.assert_allclose(found, expected[product], atol=1e-4,
                                       err_msg=f"{product} by {name}")


@pytest.mark.parametrize("form", ["library", "taps"])
@pytest.mark.parametrize("product", [transpose, convolve])
def test_derivatives_of_derivatives(product, form, monkeypatch):
    """Of the penalty |d sum(sin(product)) / dx|^2 by central differences, in float64."""
    monkeypatch.setattr(choice, "onednn_rule", lambda case: form)
    monkeypatch.setattr(choice, "eigen_rule", lambda case: form)
    x, y, kernel = factors(3, 2, 2, 2, 3, 2, batch=1)
    maps = tf.constant(x if product is transpose else y, tf.float64)
    kernel, direction = kernel.astype("float64"), drawn(*kernel.shape).astype("float64")

    def penalty(kernel):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            total = tf.reduce_sum(tf.sin(product(maps, kernel, 2)))
        return tf.reduce_sum(tape.gradient(total, maps)**2)

    variable = tf.constant(kernel)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        value = penalty(variable)
    along = np.sum(tape.gradient(value, variable).numpy() * direction)
    step = 1e-6 * direction
    expected = (penalty(tf.constant(kernel + step)) - penalty(tf.constant(kernel - step))) / 2e-6
    assert abs(along) > 0.1
    np.testing.assert_allclose(along, expected, rtol=1e-6)


@pytest.mark.parametrize("case, onednn, eigen", [
    (Case("transpose", 4, 4, 1024, 512, 3, 2), "taps", "taps"),
    (Case("correlate", 4, 4, 1024, 512, 3, 2), "taps", "taps"),
    (Case("transpose", 4, 4, 128, 64, 3, 2), "library", "taps"),
    (Case("transpose", 16, 16, 256, 128, 3, 2), "library", "taps"),
    (Case("convolve", 16, 16, 256, 128, 3, 2), "library", "library"),
    (Case("transpose", 64, 64, 64, 32, 4, 2), "library", "library"),
    (Case("transpose", 32, 32, 128, 3, 6, 1), "blocks", "library")])
def test_the_rules(case, onednn, eigen):
    """What docs/speed.md found to be fastest."""
    assert (onednn_rule(case), eigen_rule(case)) == (onednn, eigen)


def test_a_gpu_computes_by_its_library(monkeypatch):
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["one"])
    assert choice.chosen(Case("transpose", 4, 4, 1024, 512, 3, 2)) == "library"
