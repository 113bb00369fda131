"""Every coupling of the list: on by its weight, and felt by every generator."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from nets.architectures import Row
from nets.build import build_generators
from trainers.couplings import COUPLINGS, couplings
from trainers.gan import Produced

TABLE = (Row("project", 4, 4, activation="relu"), Row("convt", 3, 4, 2, activation="tanh"))
OFF = dict.fromkeys((f"{name}_weight" for name in COUPLINGS), 0.0)
SETTINGS = dict(feature_layers=2, cycle_norm="l1", semantic_on="kl", width=0.1)


def setting(**on):
    return SimpleNamespace(**SETTINGS, **{**OFF, **on})


def reader():
    return keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(),
                             keras.layers.Dense(5)])


def test_only_positive_weights_are_on():
    generators = build_generators(TABLE, 2, 0, latent_dim=6)
    assert couplings(setting(), generators) == []
    chosen = couplings(setting(feature_weight=2.0, tying_weight=0.5), generators)
    assert [(c.name, c.weight) for c in chosen] == [("feature", 2.0), ("tying", 0.5)]


@pytest.mark.parametrize("name", COUPLINGS)
@pytest.mark.parametrize("domains", [2, 3])
def test_gradients_reach_every_generator_and_only_them(name, domains):
    keras.utils.set_random_seed(1)
    generators, classifier = build_generators(TABLE, domains, 0, latent_dim=6), reader()
    classifier.trainable = False
    frequencies = np.full(5, 0.2, "float32")
    (coupling,) = couplings(setting(**{f"{name}_weight": 1.0}), generators, frequencies)
    z = tf.random.stateless_uniform([5, 6], (0, 0), -1, 1)
    with tf.GradientTape(persistent=True) as tape:
        made = [g(z, training=True) for g in generators]
        images = [m["image"] for m in made]
        value = coupling.term(Produced(z, images, [m["features"] for m in made],
                                       [classifier(x) for x in images], images))
    assert np.isfinite(float(value)) and float(value) > 0
    for generator in generators:
        gradients = tape.gradient(value, generator.trainable_variables)
        assert max(float(tf.reduce_max(tf.abs(g))) for g in gradients) > 1e-7
    assert classifier.trainable_variables == []
    assert all(net.trainable_variables for net in coupling.nets)
