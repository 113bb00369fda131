"""Weights that rise with the iteration, and weights that are found from magnitudes."""

import pytest
import tensorflow as tf

from trainers.balance import BALANCE_ITERATIONS, LossBalancer, ramp


@pytest.mark.parametrize("iteration, share", [(0, 0.0), (5, 0.5), (10, 1.0), (50, 1.0)])
def test_a_ramp_rises_to_1(iteration, share):
    assert float(ramp(tf.constant(iteration, tf.int64), 10)) == pytest.approx(share)
    assert ramp(tf.constant(iteration, tf.int64), 0) == 1.0


def test_a_term_starts_at_its_share_of_the_adversarial_loss():
    """Sums of magnitudes: (3 + 1) + (2 + 2) = 8 of the losses, 2 + 6 and 1 + 3 of the terms."""
    balance = LossBalancer(["content", "style"], 0.25)
    for iteration, adversarial, content, style in ((0, (3.0, -1.0), 2.0, -1.0),
                                                   (1, (-2.0, 2.0), 6.0, 3.0)):
        found = balance(tf.constant(iteration, tf.int64), adversarial,
                        {"content": content, "style": style, "feature": 100.0})
    assert set(found) == {"content", "style"}
    assert float(found["content"]) == pytest.approx(0.25 * 8 / 8, rel=1e-5)
    assert float(found["style"]) == pytest.approx(0.25 * 8 / 4, rel=1e-5)


def test_the_weight_stays_after_the_first_iterations():
    balance = LossBalancer(["content"], 1.0)
    terms = {"content": 2.0}
    first = balance(tf.constant(0, tf.int64), (4.0,), terms)
    later = balance(tf.constant(BALANCE_ITERATIONS, tf.int64), (400.0,), terms)
    assert float(first["content"]) == float(later["content"]) == pytest.approx(2, rel=1e-5)
