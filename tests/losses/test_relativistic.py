"""The relativistic pairing loss against numbers worked out by hand and its symmetry."""

import numpy as np
import pytest
import tensorflow as tf

from losses.adversarial import LOSSES
from losses.relativistic import Relativistic

REAL = tf.constant([[1.2], [-0.3], [0.7]])
FAKE = tf.constant([[-0.5], [0.4], [-1.1]])


def test_values_worked_out_by_hand():
    loss, gaps = Relativistic(), [1.7, -0.7, 1.8]            # r - f of each row
    expected_d = np.mean([np.log1p(np.exp(-g)) for g in gaps])
    expected_g = np.mean([np.log1p(np.exp(g)) for g in gaps])
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(expected_d, abs=1e-6)
    assert float(loss.generator(REAL, FAKE)) == pytest.approx(expected_g, abs=1e-6)
    assert expected_d == pytest.approx(0.474649, abs=1e-6)   # by a pocket calculator


def test_what_one_player_wins_is_what_the_other_loses():
    loss = Relativistic()
    assert float(loss.generator(REAL, FAKE)) == float(loss.discriminator(FAKE, REAL))


def test_rows_are_compared_and_a_common_shift_of_the_scores_does_not_matter():
    loss = Relativistic()
    value = float(loss.discriminator(REAL, FAKE))
    assert float(loss.discriminator(REAL + 3, FAKE + 3)) == pytest.approx(value, abs=1e-6)
    turned = tf.gather(FAKE, [1, 2, 0])
    assert abs(float(loss.discriminator(REAL, turned)) - value) > 0.01


@pytest.mark.parametrize("far", [1e4, -1e4])
def test_far_scores_stay_finite(far):
    assert np.isfinite(float(Relativistic().discriminator(REAL + far, FAKE)))
    assert np.isfinite(float(Relativistic().generator(REAL + far, FAKE)))


def test_registered_and_in_need_of_real_scores():
    assert LOSSES.find("relativistic") is Relativistic and Relativistic.needs_real
