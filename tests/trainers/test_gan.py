"""The iteration against numpy, and what must hold of its state."""

from functools import cache, partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.checkpoint import Checkpoints, plain
from framework.devices import compiled
from framework.latents import DISTRIBUTIONS
from framework.random import Random
from losses.adversarial import NonSaturating, Wasserstein
from nets.architectures import Row
from nets.build import build_discriminators, build_generators, join_generators, split_generators
from penalties.gradient import gradient_penalty
from trainers.gan import AdversarialTrainer

LINEAR_G = (Row("dense", 2),)
LINEAR_D = (Row("dense", 1),)
LR = 0.05


def linear_trainer(domains=1, shared_d=0, **settings):
    """Generators zA + b and critics xw + c, trained by plain gradient descent."""
    keras.utils.set_random_seed(3)
    generators = build_generators(LINEAR_G, domains, 0, latent_dim=3)
    discriminators = build_discriminators(LINEAR_D, domains, shared_d, (2,))
    return AdversarialTrainer(
        [f"x{k}" for k in range(domains)], generators, discriminators, loss=Wasserstein(),
        g_optimizer=keras.optimizers.SGD(LR), d_optimizer=keras.optimizers.SGD(LR),
        seed=7, **settings)


def points(domains=1, steps=1, batch=6):
    rng = np.random.default_rng(0)
    return tuple(rng.normal(size=(steps, batch, 2)).astype("float32") for _ in range(domains))


def weights(net):
    return [np.array(v) for v in net.trainable_variables]


def test_one_iteration_is_algorithm_1_by_hand():
    trainer = linear_trainer(discriminator_steps=2)
    (A, b), (w, c) = weights(trainer.generators[0]), weights(trainer.discriminators[0])
    (real,) = points(steps=2)
    random = Random(7, 5)
    z = [np.array(DISTRIBUTIONS["uniform"](random, [6, 3])) for _ in range(3)]

    terms = trainer.iterate(tf.constant(5), (real,))

    for step in range(2):
        fake = z[step] @ A + b
        loss_d = np.mean(fake @ w + c) - np.mean(real[step] @ w + c)
        w = w + LR * (real[step].mean(0) - fake.mean(0))[:, None]
    loss_g = -np.mean((z[2] @ A + b) @ w + c)
    A, b = A + LR * np.outer(z[2].mean(0), w), b + LR * w[:, 0]
    # About 30 roundings of float32 numbers of about 1, by up to 2^-24 each, in another order there
    # and here, also where the sum cancels.
    close = {"rtol": 1e-5, "atol": 30 * 2**-24}
    np.testing.assert_allclose(terms["d/x0"], loss_d, **close)
    np.testing.assert_allclose(terms["g/x0"], loss_g, **close)
    for found, expected in zip(weights(trainer.discriminators[0]), (w, c), strict=True):
        np.testing.assert_allclose(found, expected, **close)
    for found, expected in zip(weights(trainer.generators[0]), (A, b), strict=True):
        np.testing.assert_allclose(found, expected, **close)


def test_shared_critic_takes_one_step_along_the_joint_gradient():
    trainer = linear_trainer(domains=2, shared_d=1)
    w = weights(trainer.discriminators[0])[0]
    generators = [weights(g) for g in trainer.generators]
    real = points(domains=2)
    z = np.array(DISTRIBUTIONS["uniform"](Random(7, 0), [6, 3]))
    trainer.iterate(tf.constant(0), real)
    step = sum(x[0].mean(0) - (z @ A + b).mean(0)
               for x, (A, b) in zip(real, generators, strict=True))
    np.testing.assert_allclose(weights(trainer.discriminators[0])[0], w + LR * step[:, None],
                               rtol=1e-5)
    assert len(trainer.d_variables) == 2
    one, other = (net.trainable_variables[0] for net in trainer.discriminators)
    assert one is other


def test_all_domains_see_the_same_latents_and_the_old_weights():
    trainer = linear_trainer(domains=2)
    for v, u in zip(*(g.trainable_variables for g in trainer.generators), strict=True):
        u.assign(v)
    for v, u in zip(*(d.trainable_variables for d in trainer.discriminators), strict=True):
        u.assign(v)
    real = points()[0]
    terms = trainer.iterate(tf.constant(0), (real, real))
    assert float(terms["d/x0"]) == float(terms["d/x1"])
    assert float(terms["g/x0"]) == float(terms["g/x1"])


def test_weight_decay_enters_the_update():
    decay, real = 0.3, points()
    plain, decayed = linear_trainer(), linear_trainer(weight_decay=decay)
    w = weights(plain.discriminators[0])[0]
    for trainer in (plain, decayed):
        trainer.iterate(tf.constant(0), real)
    difference = weights(decayed.discriminators[0])[0] - weights(plain.discriminators[0])[0]
    np.testing.assert_allclose(difference, -LR * decay * 2 * w, rtol=1e-4, atol=1e-7)


def test_clip_bounds_every_critic_weight_and_no_generator_weight():
    trainer = linear_trainer(clip=1e-3)
    trainer.generators[0].trainable_variables[0].assign(np.ones((3, 2)))
    trainer.iterate(tf.constant(0), points())
    assert 0 < max(np.abs(v).max() for v in weights(trainer.discriminators[0])) <= 1e-3
    assert np.abs(weights(trainer.generators[0])[0]).max() > 0.5


def test_average_follows_its_formula():
    keras.utils.set_random_seed(3)
    averaged = build_generators(LINEAR_G, 1, 0, latent_dim=3)
    trainer = linear_trainer(averaged=averaged, ema=0.9)
    start = weights(trainer.generators[0])[0]
    expected = start
    for i in range(3):
        trainer.iterate(tf.constant(i), points())
        rate = min(0.9, (1 + i) / (10 + i))
        expected = rate * expected + (1 - rate) * weights(trainer.generators[0])[0]
    np.testing.assert_allclose(weights(averaged[0])[0], expected, rtol=1e-5)
    assert np.abs(expected - weights(trainer.generators[0])[0]).max() > 1e-5
    z = np.ones((2, 3), "float32")
    np.testing.assert_allclose(trainer.sample(z)[0], averaged[0](z)["image"], rtol=1e-5)


SMALL_G = (Row("project", 4, 4, norm="batch", activation="relu"),
           Row("convt", 3, 4, 2, activation="tanh"))
SMALL_D = (Row("conv", 4, 3, 2, norm="batch", activation="leaky0.2"),
           Row("dense", 8, activation="leaky0.2", dropout=0.5), Row("dense", 1))


def small_trainer(**settings):
    keras.utils.set_random_seed(0)
    adam = [keras.optimizers.Adam(1e-2, 0.5) for _ in range(2)]
    return AdversarialTrainer(
        ["a", "b"], build_generators(SMALL_G, 2, 1, latent_dim=3),
        build_discriminators(SMALL_D, 2, 2, (8, 8, 3)), loss=NonSaturating(),
        g_optimizer=adam[0], d_optimizer=adam[1], seed=1,
        averaged=build_generators(SMALL_G, 2, 1, latent_dim=3), ema=0.9, **settings)


def images(iteration):
    rng = np.random.default_rng(iteration)
    return tuple(rng.integers(0, 256, (1, 4, 8, 8, 3), np.uint8) for _ in range(2))


def values(trainer):
    return [np.array(v) for part in trainer.state().values() for v in part]


def test_four_iterations_are_two_and_two_from_a_checkpoint(tmp_path):
    whole, first, second = (small_trainer() for _ in range(3))
    for i in range(4):
        whole.iterate(tf.constant(i), images(i))
    for i in range(2):
        first.iterate(tf.constant(i), images(i))
    Checkpoints(tmp_path, first.state()).save(2)
    assert Checkpoints(tmp_path, second.state()).restore() == 2
    for i in range(2, 4):
        second.iterate(tf.constant(i), images(i))
    for a, b in zip(values(whole), values(second), strict=True):
        np.testing.assert_array_equal(a, b)
    assert any(np.abs(a - b).max() > 0
               for a, b in zip(values(whole), values(first), strict=True))


def test_compiled_once_and_equal_to_op_by_op():
    eager, graph = small_trainer(), small_trainer()
    step = compiled(graph.iterate)
    for i in range(3):
        a = eager.iterate(tf.constant(i, tf.int64), images(i))
        b = step(tf.constant(i, tf.int64), images(i))
        for name in a:
            np.testing.assert_allclose(a[name], b[name], rtol=1e-3, atol=1e-4)
    assert step.experimental_get_tracing_count() == 1


def test_batch_norm_keeps_real_and_fake_apart():
    trainer = small_trainer()
    table = (Row("dense", 4, norm="batch"), Row("dense", 1))
    (discriminator,) = build_discriminators(table, 1, 0, (2,))
    real, fake = np.zeros((4, 2), "float32"), np.ones((4, 2), "float32")
    trainer.score_both(discriminator, real, fake, Random(0, 0))
    norm = next(layer for layer in discriminator.layers
                if isinstance(layer, keras.layers.BatchNormalization))
    # each batch alone has no variance, so two calls at momentum 0.99 leave 0.99 squared of 1
    np.testing.assert_allclose(norm.moving_variance, 0.99 ** 2, rtol=1e-4)


class Plainly(AdversarialTrainer):
    """The iteration as algorithm 1 has it: a generator call per critic update, a critic call
    for real and one for fake images, Keras's own layers."""

    def __init__(self, domains, generators, discriminators, **settings):
        joint = join_generators(generators)
        super().__init__(domains, split_generators(plain(joint)), [*map(plain, discriminators)],
                         **settings)

    def generate_fakes(self, random, real, labels):
        z = [self.draw_latents(random, x, None) for x in tf.unstack(real[0])]
        return [tf.stack([g(each, training=True)["image"] for each in z])
                for g in self.generators]

    def score_both(self, discriminator, real, fake, random):
        return self.score(discriminator, real, random), self.score(discriminator, fake, random)


PLAIN_G = (Row("project", 6, 4, norm="batch", activation="prelu"),
           Row("convt", 5, 4, 2, norm="batch", activation="prelu"),
           Row("convt", 3, 6, 1, activation="tanh"))
PLAIN_D = (Row("conv", 4, 5, pool=2), Row("dense", 6, activation="prelu"), Row("dense", 1))
MIXING_D = (Row("conv", 4, 5, norm="batch", activation="prelu", pool=2), Row("dense", 1))


def iterated(kind, discriminator, penalty):
    """How far each of a generator's variables is moved by three iterations, and the state."""
    settings = {"loss": Wasserstein(), "discriminator_steps": 3, "penalty": penalty, "ema": 0.9,
                "seed": 7}
    random = np.random.default_rng(2)
    batches = [tuple(random.normal(size=(3, 4, 8, 8, 3)).astype("float32") for _ in range(2))
               for _ in range(3)]
    keras.utils.set_random_seed(3)
    nets = [build_generators(PLAIN_G, 2, 0, 3, initializer="he") for _ in range(2)]
    discriminators = build_discriminators(discriminator, 2, 0, (8, 8, 3), initializer="he")
    settings |= {name: keras.optimizers.SGD(LR) for name in ("g_optimizer", "d_optimizer")}
    trainer = kind(["a", "b"], nets[0], discriminators, averaged=nets[1], **settings)
    start = [np.array(v) for v in trainer.generators[0].variables]
    for i, batch in enumerate(batches):
        trainer.iterate(tf.constant(i, tf.int64), batch)
    moved = [np.abs(a - b).max() for a, b in zip(start, trainer.generators[0].variables,
                                                 strict=True)]
    return moved, {name: [np.array(v) for v in variables]
                   for name, variables in trainer.state().items()}


# It generates no images at once, so that it is the same however many may be.
plainly_iterated = cache(partial(iterated, Plainly))


@pytest.mark.parametrize("discriminator, penalty", [(PLAIN_D, gradient_penalty), (MIXING_D, None)])
@pytest.mark.parametrize("at_once", [256, 8, pytest.param(1, marks=pytest.mark.slow)])
def test_the_iteration_is_the_plain_one(discriminator, penalty, at_once, monkeypatch):
    """Every weight and batch statistic after three iterations, by gradient descent since Adam
    blows rounding up where a derivative is zero."""
    monkeypatch.setattr("trainers.gan.MAX_GENERATED_IMAGES", at_once)
    _, states = iterated(AdversarialTrainer, discriminator, penalty)
    moved, plain_states = plainly_iterated(discriminator, penalty)
    for name, found in states.items():
        for a, b in zip(found, plain_states[name], strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5, err_msg=name)
    assert len(moved) == 16 and sum(m > 1e-3 for m in moved) >= 12


def test_the_loop_of_the_graph_takes_the_steps_one_by_one():
    """Compiled against step by step: the same weights, of the same draws of noise and places."""
    states = []
    for mode in ("graph", "none"):
        trainer = linear_trainer(2, discriminator_steps=4, penalty=gradient_penalty,
                                 instance_noise=0.5)
        step = compiled(trainer.iterate, mode)
        for i in range(2):
            terms = step(tf.constant(i, tf.int64), points(2, steps=4))
        found = [np.array(v) for variables in trainer.state().values() for v in variables]
        states.append([*found, *map(np.array, terms.values())])
    for a, b in zip(*states, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=1e-6)


def test_one_critic_update_is_traced_however_many_there_are():
    def products(steps):
        trainer = linear_trainer(discriminator_steps=steps, penalty=gradient_penalty)
        graph = compiled(trainer.iterate).get_concrete_function(
            tf.constant(0, tf.int64), points(steps=steps)).graph.as_graph_def()
        nodes = [node for body in graph.library.function for node in body.node_def]
        return sum(node.op == "MatMul" for node in [*graph.node, *nodes])
    assert products(1) == products(2) == products(5)


def test_instance_noise_is_seen_by_the_critic():
    real = points()
    clean, noisy = linear_trainer(), linear_trainer(instance_noise=0.5)
    a, b = clean.iterate(tf.constant(0), real), noisy.iterate(tf.constant(0), real)
    assert abs(float(a["d/x0"]) - float(b["d/x0"])) > 1e-4


@pytest.mark.parametrize("steps", [1, 3])
def test_a_lazy_penalty_comes_in_every_kth_step_and_as_many_times_as_strong(steps):
    from penalties.zero_centred import r1_penalty

    trainer = linear_trainer(penalty=r1_penalty, penalty_weight=1e-3, penalty_every=4,
                             discriminator_steps=steps)
    step, found = compiled(trainer.iterate), []
    for i in range(4):
        w = weights(trainer.discriminators[0])[0]
        found.append(float(step(tf.constant(i), points(steps=steps))["penalty/x0"]))
        if i == 0 and steps == 1:
            assert found[0] == pytest.approx(4 * 0.5 * np.sum(w**2), rel=1e-5)
    due = [(steps * i + steps - 1) % 4 == 0 for i in range(4)]
    assert [value > 0 for value in found] == due and any(due)
