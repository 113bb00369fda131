"""Couplings in the iteration: their weights, the leader, and what finds the weights itself."""

import numpy as np
import tensorflow as tf

from framework.checkpoint import Checkpoints
from framework.latents import DISTRIBUTIONS
from framework.random import Random
from penalties.coupling import feature_difference
from penalties.couplings import Coupling
from penalties.gradient import gradient_penalty
from tests.trainers.test_gan import LR, linear_trainer, points, weights
from trainers.balance import LossBalancer


def test_penalty_and_couplings_enter_with_their_weights():
    real = points(domains=2)
    free = linear_trainer(domains=2)
    term = Coupling("feature", 2.5, lambda made: feature_difference(made.features, 1))
    bound = linear_trainer(domains=2, couplings=[term], penalty=gradient_penalty,
                           penalty_weight=3.0)
    A1, A2 = (weights(g)[0] for g in free.generators)
    b1, b2 = (weights(g)[1] for g in free.generators)
    w = weights(free.discriminators[0])[0]
    free.iterate(tf.constant(0), real)
    terms = bound.iterate(tf.constant(0), real)

    norm = np.linalg.norm(w)
    np.testing.assert_allclose(terms["penalty/x0"], (norm - 1) ** 2, rtol=1e-5)
    step = weights(bound.discriminators[0])[0] - weights(free.discriminators[0])[0]
    np.testing.assert_allclose(step, -LR * 3.0 * 2 * (norm - 1) * w / norm, rtol=1e-4, atol=1e-6)

    random = Random(7, 0)
    DISTRIBUTIONS["uniform"](random, [6, 3]), random.uniform([6]), random.uniform([6])
    z = np.array(DISTRIBUTIONS["uniform"](random, [6, 3]))
    gap = z @ (A1 - A2) + b1 - b2
    np.testing.assert_allclose(terms["feature"], np.mean(gap ** 2), rtol=1e-4)


def test_the_leader_is_trained_as_without_couplings_and_the_others_follow_it():
    term = Coupling("feature", 2.5, lambda made: feature_difference(made.features, 1))
    free, led = linear_trainer(domains=2), linear_trainer(domains=2, couplings=[term], leader=1)
    (A1, b1), (A2, b2) = (weights(g) for g in led.generators)
    for trainer in (free, led):
        terms = trainer.iterate(tf.constant(0), points(domains=2))

    random = Random(7, 0)
    DISTRIBUTIONS["uniform"](random, [6, 3])
    z = np.array(DISTRIBUTIONS["uniform"](random, [6, 3]))
    gap = z @ (A2 - A1) + b2 - b1
    np.testing.assert_allclose(terms["feature"], np.mean(gap ** 2), rtol=1e-4)
    for found, expected in zip(weights(led.generators[0]), weights(free.generators[0]),
                               strict=True):
        np.testing.assert_array_equal(found, expected)
    step = weights(led.generators[1])[0] - weights(free.generators[1])[0]
    np.testing.assert_allclose(step, -LR * 2.5 * 2 * z.T @ gap / gap.size, rtol=1e-4, atol=1e-6)


def test_a_frozen_leader_stays_and_the_others_follow_it_as_they_follow_one_that_learns():
    term = Coupling("feature", 2.5, lambda made: feature_difference(made.features, 1))
    led, still = (linear_trainer(domains=2, couplings=[term], leader=1, leader_frozen=frozen)
                  for frozen in (False, True))
    kept = [np.array(v) for net in (still.generators[0], still.discriminators[0])
            for v in net.variables]
    terms = [trainer.iterate(tf.constant(0), points(domains=2)) for trainer in (led, still)]

    for v, before in zip([*still.generators[0].variables, *still.discriminators[0].variables],
                         kept, strict=True):
        np.testing.assert_array_equal(v, before)
    for one, other in ((led.generators[1], still.generators[1]),
                       (led.discriminators[1], still.discriminators[1])):
        for found, expected in zip(weights(other), weights(one), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert set(terms[0]) - set(terms[1]) == {"d/x0", "g/x0"}
    for name in terms[1]:
        np.testing.assert_allclose(terms[1][name], terms[0][name], rtol=1e-5)


def test_the_leader_gives_way_to_what_looks_at_it_alone():
    def own(made):
        return sum(tf.reduce_mean(image ** 2) for image in made.images)
    led, plain = (linear_trainer(domains=2, couplings=[Coupling("own", 2.0, own, compares=False)],
                                 leader=leader) for leader in (1, 0))
    for trainer in (led, plain):
        trainer.iterate(tf.constant(0), points(domains=2))
    for found, expected in zip(led.generators, plain.generators, strict=True):
        np.testing.assert_array_equal(weights(found)[0], weights(expected)[0])


def test_couplings_are_logged_raw_and_as_weighted():
    term = Coupling("feature", 2.5, lambda made: feature_difference(made.features, 1))
    trainer = linear_trainer(domains=2, couplings=[term], warmup=4)
    for i in range(3):
        terms = trainer.iterate(tf.constant(i), points(domains=2))
        np.testing.assert_allclose(terms["weighted/feature"], i / 4 * 2.5 * terms["feature"],
                                   rtol=1e-5)
    assert float(terms["weighted/feature"]) > 0


def test_balance_finds_the_weight_and_is_kept_in_the_checkpoint(tmp_path):
    term = Coupling("content", 1.0, lambda made: 1000 * feature_difference(made.features, 1))

    def trainer():
        return linear_trainer(domains=2, couplings=[term], balance=LossBalancer(["content"], 0.5))
    first, second = trainer(), trainer()
    for i in range(2):
        terms = first.iterate(tf.constant(i, tf.int64), points(domains=2))
        adversarial = abs(float(terms["g/x0"])) + abs(float(terms["g/x1"]))
        if i == 0:
            np.testing.assert_allclose(terms["weighted/content"], 0.5 * adversarial, rtol=1e-4)
    Checkpoints(tmp_path, first.state()).save(2)
    Checkpoints(tmp_path, second.state()).restore()
    a, b = (t.iterate(tf.constant(500, tf.int64), points(domains=2)) for t in (first, second))
    assert float(a["weighted/content"]) == float(b["weighted/content"]) > 0
