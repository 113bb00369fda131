"""Directions of the latent space, by hand."""

import numpy as np
import pytest

from framework.errors import UserError
from trainers.directions import Readings, read, usual

RNG = np.random.default_rng(0)
INPUTS = RNG.uniform(-1, 1, (40, 3)).astype("float32")
# Class 1 where the first coordinate is positive; attributes by the signs of the first two.
CLASSES = Readings(INPUTS, np.stack([-INPUTS[:, 0], INPUTS[:, 0]], 1), ("0", "1"), False)
ATTRIBUTES = Readings(INPUTS, INPUTS[:, :2], ("smiling", "male"), True)


def test_a_direction_is_the_mean_with_less_the_mean_without():
    with_it = [z for z in INPUTS if z[0] > 0]
    without = [z for z in INPUTS if z[0] <= 0]
    by_hand = np.mean(with_it, 0) - np.mean(without, 0)
    for found in (CLASSES.direction("1"), ATTRIBUTES.direction("smiling"),
                  -ATTRIBUTES.direction("not:smiling"), -CLASSES.direction("0")):
        np.testing.assert_allclose(found, by_hand, atol=1e-6)
    assert by_hand[0] > 0.5


def test_several_names_must_all_hold_and_the_surest_come_first():
    found = ATTRIBUTES.which("smiling, not:male")
    by_hand = [k for k, z in enumerate(INPUTS) if z[0] > 0 and z[1] < 0]
    assert sorted(found) == by_hand
    margins = [min(INPUTS[k, 0], -INPUTS[k, 1]) for k in found]
    assert margins == sorted(margins, reverse=True)


def test_means_are_of_other_latents_in_each_row():
    found, means = ATTRIBUTES.which("male"), ATTRIBUTES.means("male", 3, 2)
    for k in range(3):
        np.testing.assert_allclose(means[k], (INPUTS[found[k]] + INPUTS[found[k + 3]]) / 2,
                                   atol=1e-6)


def test_the_readings_of_several_domains_are_averaged():
    found = read(lambda z: [z, 3 * z, 9 * z], INPUTS, lambda x: x[:, :2], (0, 1), ("a", "b"), True)
    np.testing.assert_allclose(found.logits, 2 * INPUTS[:, :2], atol=1e-6)


@pytest.mark.parametrize("readings, concept, message", [
    (CLASSES, "2", "class"),
    (ATTRIBUTES, "smilin", "did you mean 'smiling'"),
    (ATTRIBUTES, " , ", "names no attribute"),
    (ATTRIBUTES._replace(logits=ATTRIBUTES.logits - 9), "male", "0 show male, too few"),
    (ATTRIBUTES._replace(logits=ATTRIBUTES.logits + 9), "male", "has no direction"),
])
def test_mistakes(readings, concept, message):
    with pytest.raises(UserError, match=message):
        readings.direction(concept)


def test_inputs_come_back_to_where_generators_were_trained():
    found = usual(np.array([[2.0, -0.5, 0.6, -0.2, 0.2]]), "uniform", 2)
    np.testing.assert_allclose(found, [[1, -0.5, 0.75, 0, 0.25]], atol=1e-6)
    found = usual(np.array([[3.0, 4.0]]), "normal", 2)
    np.testing.assert_allclose(found, [[3 * 2**0.5 / 5, 4 * 2**0.5 / 5]], atol=1e-6)
