"""Witnesses of 25 Gaussians against their closed form, and what a trained critic makes of them."""

import numpy as np
import pytest

from data.toys import toy_centers, toy_points
from figures.contours import NOISE, draw, grid_places, population_witness, surfaces

CENTRE, EDGE, CELL, OUTSIDE = (0, 0), (0.3536068, 0), (0.3536068, 0.3536068), (2, 2)


@pytest.mark.parametrize("gamma, noise, values", [
    (1, 0.1, (0.000381, 0.000471, 0.000559, -0.000256)),
    (10, 0.1, (0.005570, -0.001006, -0.003445, -0.000069)),
    (100, 0.1, (0.024585, -0.000440, -0.000015, 0)),
    (10, 1.0, (0.019520, 0.002352, -0.007248, -0.004150))])
def test_population_witness_check_values(gamma, noise, values):
    found = population_witness([CENTRE, EDGE, CELL, OUTSIDE], gamma, noise)
    np.testing.assert_allclose(found, values, atol=2e-6)


def test_population_witness_is_what_large_samples_give():
    """With 50,000 points of each, at a mode; the standard error is about 0.0005."""
    rng = np.random.default_rng(0)
    data = toy_points("grid25")[0]
    x, y = (data[rng.integers(0, len(data), 50_000)] for _ in range(2))
    y = y + NOISE * rng.standard_normal(y.shape)
    k = [np.mean(np.exp(-10 * np.sum(a**2, -1))) for a in (x, y)]
    assert k[0] - k[1] == pytest.approx(population_witness([CENTRE], 10, NOISE)[0], abs=0.003)


def test_places():
    found = grid_places()
    assert {kind: len(points) for kind, points in found.items()} == {
        "modes": 25, "edges": 20, "cells": 16}
    for kind, distance in (("edges", 0.3536), ("cells", 0.5)):
        nearest = np.linalg.norm(found[kind][:, None] - toy_centers("grid25")[None], axis=-1)
        np.testing.assert_allclose(nearest.min(1), distance, atol=1e-3)


def test_gamma_must_fit_for_the_plain_kernel():
    sharp, blurred = (population_witness([CENTRE, EDGE, CELL], gamma, 0.1)
                      for gamma in (10.0, 1.0))
    assert sharp[0] > sharp[1] > sharp[2] and blurred[0] < blurred[1] < blurred[2]


@pytest.mark.slow
def test_only_kernels_tell_the_clusters_apart():
    found = surfaces(400)
    means = {name: [float(np.mean(surface(points.astype("float32"))))
                    for points in grid_places().values()] for name, surface in found.items()}
    modes, edges, cells = means["MMD"]
    assert modes > edges > cells and modes > 0 > cells
    for name in ("WGAN, clipped", "WGAN-GP"):
        modes, edges, cells = means[name]
        assert modes < edges < cells                 # the hills and not the clusters
    # With seeds 0 to 5: modes 0.087 to 0.159, edges at most 0.53 of that, cells below -0.005.
    modes, edges, cells = means["kernelized GAN"]
    assert modes > 0.05 and edges < 0.75 * modes and cells < 0
    assert list(found) == ["WGAN, clipped", "WGAN-GP", "MMD", "kernelized GAN"]


def test_figure():
    figure = draw(iterations=2)
    assert {len(values) for values in figure.columns.values()} == {81 * 81}
    at = np.argmin(figure.columns["x"]**2 + figure.columns["y"]**2)
    assert figure.columns["MMD"][at] == pytest.approx(0.01952, abs=0.004)
