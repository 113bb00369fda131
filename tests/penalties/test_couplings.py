"""Every coupling of the list: on by its weight, and felt by every generator."""

from functools import partial
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from data.augment import augment
from framework.errors import UserError
from framework.random import Random
from nets.architectures import Row
from nets.build import build_generators
from penalties.coupling import class_balance, semantic_difference
from penalties.couplings import COUPLINGS, FrozenNets, active_couplings, parse_rows
from trainers.generator_outputs import GeneratorOutputs
from trainers.perceptual import maps_for, vgg_features_for

TABLE = (Row("project", 4, 4, activation="relu"), Row("convt", 3, 4, 2, activation="tanh"))
OFF = dict.fromkeys((f"{name}_weight" for name in COUPLINGS), 0.0)
SETTINGS = dict(feature_layers=2, feature_rows="", dependence="infonce", dependence_tau=0.5,
                pairing_weights="random", pairing_resize=64, cycle_norm="l1", semantic_on="kl",
                width=0.1,
                content_layers="block1_conv2", style_layers="block1_conv1,block1_conv2",
                vgg="vgg19", vgg_weights="random", vgg_resize=0, style_on="pairs",
                precision="float32")


def setting(**on):
    return SETTINGS | OFF | on


def reader():
    return keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(),
                             keras.layers.Dense(5)])


def test_only_positive_weights_are_on():
    generators = build_generators(TABLE, 2, 0, latent_dim=6)
    assert active_couplings(setting(), generators) == []
    chosen = active_couplings(setting(feature_weight=2.0, tying_weight=0.5), generators)
    assert [(c.name, c.weight) for c in chosen] == [("feature", 2.0), ("tying", 0.5)]


def frozen(config):
    classifier, coupling = reader(), SimpleNamespace(**config)
    classifier.trainable = False
    return FrozenNets(partial(classifier, training=False), np.full(5, 0.2, "float32"),
                      vgg=vgg_features_for(coupling, "float32", (8, 8, 3)),
                      maps=maps_for(coupling, (8, 8, 3)))


def produce(generators, z):
    """What the generators make of z; the real images are noise."""
    made = [g(z, training=True) for g in generators]
    real = [tf.random.stateless_uniform(m["image"].shape, (0, k), -1, 1)
            for k, m in enumerate(made)]
    return GeneratorOutputs(z, [m["image"] for m in made], [m["features"] for m in made], real,
                            Random(0, 1))


@pytest.mark.parametrize("name", COUPLINGS)
@pytest.mark.parametrize("domains", [2, 3])
def test_gradients_reach_every_generator_and_only_them(name, domains):
    keras.utils.set_random_seed(1)
    generators = build_generators(TABLE, domains, 0, latent_dim=6)
    config = setting(**{f"{name}_weight": 1.0})
    eyes = frozen(config)
    (coupling,) = active_couplings(config, generators, eyes)
    z = tf.random.stateless_uniform([5, 6], (0, 0), -1, 1)
    with tf.GradientTape(persistent=True) as tape:
        value = coupling.term(produce(generators, z))
    assert np.isfinite(float(value)) and float(value) > 0
    for generator in generators:
        gradients = tape.gradient(value, generator.trainable_variables)
        # What consistency compares lies before the image's row.
        assert [g is None for g in gradients[:2]] == [False] * 2
        assert max(float(tf.reduce_max(tf.abs(g))) for g in gradients if g is not None) > 1e-7
    assert all(net.trainable_variables for net in coupling.nets)
    assert eyes.classifier.func.trainable_variables == []
    assert eyes.maps is None or eyes.maps.args[0].trainable_variables == []
    assert eyes.vgg is None or eyes.vgg.args[0].model.trainable_variables == []


def test_a_frozen_net_reads_all_domains_once():
    images = [tf.fill([2, 4, 4, 3], float(k)) for k in range(3)]
    real = [x + 10.0 for x in images]
    seen = []

    def net(x):
        seen.append(x.shape[0])
        return {"mean": tf.reduce_mean(x, (1, 2)), "both": [x, 2 * x]}
    made = GeneratorOutputs(None, images, None, real)
    for _ in range(2):
        found, of_real = made.features_of(net), made.real_features_of(net)
    assert seen == [6, 6] and len(found) == len(of_real) == 3
    for k in range(3):
        np.testing.assert_array_equal(found[k]["mean"], np.full((2, 3), k))
        np.testing.assert_array_equal(found[k]["both"][1], np.full((2, 4, 4, 3), 2 * k))
        np.testing.assert_array_equal(of_real[k]["mean"], np.full((2, 3), k + 10))


def test_a_net_that_sees_views_is_asked_about_each_image_after_a_change_of_its_own():
    images = [tf.random.stateless_uniform([3, 16, 16, 3], [1, k], -1, 1) for k in range(2)]
    seen = []

    def net(x):
        seen.append(x)
        return x
    made = GeneratorOutputs(None, images, None, images, Random(3, 5))
    for _ in range(2):
        found, plain = made.features_of(net, ("translation",)), made.features_of(net)
    assert len(seen) == 2
    expected = augment(tf.concat(images, 0), ("translation",), Random(3, 5), parts=2)
    np.testing.assert_array_equal(tf.concat(found, 0), expected)
    np.testing.assert_array_equal(tf.concat(plain, 0), tf.concat(images, 0))
    assert not np.allclose(expected, tf.concat(images, 0))


def test_a_frozen_net_reads_once_what_is_led_and_what_is_not():
    images = [tf.Variable(tf.random.stateless_uniform([3, 4, 4, 3], [1, k])) for k in range(3)]
    seen = []

    def net(x):
        seen.append(x.shape[0])
        return {"square": x ** 2}
    with tf.GradientTape() as tape:
        made = GeneratorOutputs(None, images, [[x] for x in images], images)
        free, led = made.features_of(net), made.led_by(2).features_of(net)
        total = sum(tf.reduce_sum(each["square"]) for each in led)
    assert seen == [9]
    for one, other in zip(free, led, strict=True):
        np.testing.assert_array_equal(one["square"], other["square"])
    first, second, third = tape.gradient(total, images)
    np.testing.assert_allclose(first, 2 * images[0], rtol=1e-6)
    np.testing.assert_allclose(third, 2 * images[2], rtol=1e-6)
    np.testing.assert_array_equal(second, np.zeros((3, 4, 4, 3)))


def test_a_trained_net_learns_from_the_leaders_images_too():
    weight = tf.Variable(2.0)
    images = [tf.Variable(tf.ones([2, 4, 4, 3])) for _ in range(2)]
    with tf.GradientTape(persistent=True) as tape:
        led = GeneratorOutputs(None, images, [[x] for x in images], images).led_by(1)
        first, second = led.features_of(lambda x: weight * x, frozen=False)
        totals = tf.reduce_sum(first), tf.reduce_sum(second)
    assert tape.gradient(totals[0], images[0]) is None
    np.testing.assert_allclose(tape.gradient(totals[1], images[1]), np.full((2, 4, 4, 3), 2.0))
    assert [float(tape.gradient(t, weight)) for t in totals] == [96, 96]


def test_the_semantic_and_the_balance_term_ask_about_the_same_views():
    images = [tf.random.stateless_uniform([4, 16, 16, 3], [2, k], -1, 1) for k in range(2)]
    read = tf.random.stateless_normal([16 * 16 * 3, 5], [4, 4])
    frozen = FrozenNets(lambda x: tf.reshape(x, [-1, 16 * 16 * 3]) @ read,
                        np.full(5, 0.2, "float32"), views=("translation", "cutout"), noise=0.5)
    semantic, balance = active_couplings(setting(semantic_weight=1.0, balance_weight=1.0), [],
                                         frozen)
    made = GeneratorOutputs(None, images, None, images, Random(0, 7))
    random = Random(0, 7)
    changed = augment(tf.concat(images, 0), frozen.views, random, parts=2)
    changed += random.uniform([8, 1, 1, 1], 0.0, 0.5) * random.normal([8, 16, 16, 3])
    changed = tf.split(changed, 2)
    logits = [frozen.classifier(x) for x in changed]
    for coupling, expected in ((semantic, semantic_difference(logits, "kl")),
                               (balance, class_balance(logits, frozen.frequencies))):
        np.testing.assert_allclose(coupling.term(made), expected, rtol=1e-5)


def test_real_images_are_read_without_a_gradient():
    x = tf.Variable(tf.ones([2, 4, 4, 3]))
    with tf.GradientTape() as tape:
        (read,) = GeneratorOutputs(None, [], None, [2 * x]).real_features_of(lambda t: 3 * t)
        total = tf.reduce_sum(read)
    assert tape.gradient(total, x) is None and float(total) == 6 * 96


def test_the_rows_that_are_compared_may_be_named():
    generators = build_generators(TABLE, 2, 0, latent_dim=6)
    made = produce(generators, tf.random.stateless_uniform([5, 6], (0, 0), -1, 1))
    values = {}
    for name, given in (("first", {"feature_layers": 1}), ("second", {"feature_rows": "2"}),
                        ("both", {"feature_layers": 2}), ("named", {"feature_rows": "2, 1,2"})):
        (coupling,) = active_couplings(setting(feature_weight=1.0) | given, generators)
        values[name] = float(coupling.term(made))
    assert values["both"] == pytest.approx(values["first"] + values["second"])
    assert values["named"] == pytest.approx(values["both"]) and min(values.values()) > 0


@pytest.mark.parametrize("text", ["0", "a", "1,-2", "1.5"])
def test_rows_that_are_no_numbers(text):
    with pytest.raises(UserError, match="feature_rows are numbers"):
        parse_rows(text)
