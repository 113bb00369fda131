"""The plain loop trains as the real one does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.listing import Listing
from config.resolve import resolve
from data.domain import Domain
from nets.classifier import build_classifier
from penalties.couplings import FrozenNets
from trainers.coupled import build


def descending(nets):
    """Plain gradient descent: it moves by the gradient, where Adam moves by its sign."""
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.build([v for net in nets for v in net.trainable_variables])
    return optimizer


@pytest.mark.parametrize("flags", [
    ["--disc_penalty", "wgan-gp", "--cycle_weight", "1", "--semantic_weight", "1"],
    ["--discriminator_steps", "2", "--feature_weight", "1", "--clip", "0"]],
                         ids=["penalty", "two critic steps"])
def test_same_weights_as_the_real_iteration(flags):
    """Apart, since the real iteration draws the latents of all critic steps before the rest."""
    config = resolve([
        "--gan_type", "scogan", "--domains", "mnist,svhn", "--preset", "none", "--loss", "wgan",
        "--batch_size", "4", "--latent_dim", "6", "--generator", "quick", "--discriminator",
        "quick", "--width", "0.1", *flags])
    random = np.random.default_rng(0)
    domains = [Domain(name, random.integers(0, 256, (4, 32, 32, 3), np.uint8)) for name in "ab"]
    steps = config.training.discriminator_steps
    batch = tuple(tf.constant(np.stack([d.images, d.images[::-1]][:steps])) for d in domains)
    keras.utils.set_random_seed(0)
    classifier = build_classifier((32, 32, 3), 10, "quick", 0.2)
    frozen = FrozenNets(lambda x: classifier(x, training=False))
    plain, real = Listing(config, domains, frozen), build(config, domains, frozen)
    encoders = [c.nets[0] for each in (plain, real) for c in each.couplings if c.nets]
    for layer in (layer for net in encoders for layer in net.layers):
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0                        # drawn in another order
    for one, other in zip(encoders[::2], encoders[1::2], strict=True):
        one.set_weights(other.get_weights())
    plain.g_optimizers = [descending([net]) for net in plain.players]
    plain.d_optimizers = [descending([net]) for net in plain.discriminators]
    real.g_optimizer, real.d_optimizer = descending(real.g_nets), descending(real.discriminators)
    before = real.generator.get_weights()
    for i in range(2):
        for each in (plain, real):
            each.iterate(tf.constant(i, tf.int64), batch)
    for one, other in zip([*plain.players, *plain.discriminators], [*real.g_nets,
                                                                    *real.discriminators],
                          strict=True):
        for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=2e-5)
    assert max(np.abs(a - b).max()
               for a, b in zip(before, real.generator.get_weights(), strict=True)) > 1e-3
