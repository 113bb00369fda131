"""Every coupling against numpy loops and hand-worked numbers, and its reach."""

import math
from itertools import combinations

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.errors import UserError
from nets.architectures.quick import QUICK_GENERATOR
from nets.build import build_generators, join_generators
from penalties.coupling import (
    SEMANTIC_ON,
    class_balance,
    feature_difference,
    latent_reconstruction,
    semantic_difference,
    uncertainty,
    weight_difference,
)

RANDOM = np.random.default_rng(7)
LOGITS = [RANDOM.normal(0, 2, (4, 3)).astype("float32") for _ in range(3)]
FEATURES = [[RANDOM.normal(size=(4, 2, 2, 3)).astype("float32"),
             RANDOM.normal(size=(4, 4, 4, 2)).astype("float32"),
             RANDOM.normal(size=(4, 5)).astype("float32")] for _ in range(3)]


def softmax(logits):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def kl(p, q):
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("domains", [2, 3])
def test_features_over_all_pairs(domains, layers):
    expected = sum(np.mean((FEATURES[i][k] - FEATURES[j][k])**2)
                   for i, j in combinations(range(domains), 2) for k in range(layers))
    assert float(feature_difference(FEATURES[:domains], layers)) == pytest.approx(expected,
                                                                                  rel=1e-5)


def test_features_by_hand():
    one = [np.array([[0.0, 0.0]]), np.array([[0.0]])]
    other = [np.array([[1.0, 3.0]]), np.array([[2.0]])]
    assert float(feature_difference([one, other], 1)) == pytest.approx(5.0)
    assert float(feature_difference([one, other], 2)) == pytest.approx(5.0 + 4.0)


@pytest.mark.parametrize("layers", [0, 4])
def test_features_of_rows_that_are_not_there(layers):
    with pytest.raises(UserError, match="1 to 3 rows"):
        feature_difference(FEATURES, layers)


@pytest.mark.parametrize("domains", [2, 3])
def test_semantic_on_probabilities(domains):
    p = [softmax(logits) for logits in LOGITS]
    expected = sum(np.mean((p[i] - p[j])**2) for i, j in combinations(range(domains), 2))
    assert float(semantic_difference(LOGITS[:domains])) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("domains", [2, 3])
def test_semantic_on_logits(domains):
    expected = sum(np.mean((LOGITS[i] - LOGITS[j])**2)
                   for i, j in combinations(range(domains), 2))
    value = semantic_difference(LOGITS[:domains], on="logits")
    assert float(value) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("domains", [2, 3])
def test_semantic_on_kl(domains):
    p = [softmax(logits.astype("float64")) for logits in LOGITS]
    expected = sum((kl(p[i][b], p[j][b]) + kl(p[j][b], p[i][b])) / 2 / 4
                   for i, j in combinations(range(domains), 2) for b in range(4))
    value = semantic_difference(LOGITS[:domains], on="kl")
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_semantic_kl_by_hand():
    """p = (3/4, 1/4), q = (1/2, 1/2): half of KL + KL is (1/4) ln 3 / 2."""
    p, q = np.log([[0.75, 0.25]]), np.log([[0.5, 0.5]])
    value = semantic_difference([p, q], on="kl")
    assert float(value) == pytest.approx(math.log(3) / 8, rel=1e-5)


def test_semantic_of_attributes():
    p = [sigmoid(logits) for logits in LOGITS]
    expected = np.mean((p[0] - p[1])**2)
    value = semantic_difference(LOGITS[:2], multilabel=True)
    assert float(value) == pytest.approx(expected, rel=1e-5)
    bernoulli = [np.stack([q, 1 - q], -1) for q in p]
    expected = sum((kl(bernoulli[0][b, c], bernoulli[1][b, c])
                    + kl(bernoulli[1][b, c], bernoulli[0][b, c])) / 2 / 4
                   for b in range(4) for c in range(3))
    value = semantic_difference(LOGITS[:2], on="kl", multilabel=True)
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_uncertainty_by_hand():
    """A half and a half: ln 2. Three quarters and a quarter: ln 4 - 3/4 ln 3. Summed over domains,
    the mean of two images in the second."""
    one, other = np.log([[0.5, 0.5]]), np.log([[0.75, 0.25], [0.5, 0.5]])
    expected = math.log(2) + (math.log(4) - 0.75 * math.log(3) + math.log(2)) / 2
    assert float(uncertainty([one, other])) == pytest.approx(expected, rel=1e-5)
    assert float(uncertainty([[[50.0, 0.0, 0.0]]])) == pytest.approx(0, abs=1e-6)


def test_uncertainty_of_attributes():
    p = sigmoid(LOGITS[0].astype("float64"))
    expected = -np.mean(np.sum(p * np.log(p) + (1 - p) * np.log(1 - p), -1))
    assert float(uncertainty(LOGITS[:1], multilabel=True)) == pytest.approx(expected, rel=1e-5)


def test_confident_disagreement_has_a_gradient_on_kl_but_not_on_probabilities():
    def slope(on):
        sure, other = tf.Variable([[40.0, 0.0]]), tf.constant([[0.0, 40.0]])
        with tf.GradientTape() as tape:
            value = semantic_difference([sure, other], on)
        return float(tf.norm(tape.gradient(value, sure)))
    assert slope("probabilities") < 1e-10
    assert slope("kl") > 0.5


@pytest.mark.parametrize("on", SEMANTIC_ON)
@pytest.mark.parametrize("multilabel", [False, True])
def test_semantic_of_far_logits_is_finite(on, multilabel):
    far = [tf.Variable([[1e4, -1e4, 0.0]]), tf.Variable([[-1e4, 1e4, 0.0]])]
    with tf.GradientTape() as tape:
        value = semantic_difference(far, on, multilabel)
    assert np.isfinite(value)
    assert float(value) > 0.1
    assert np.isfinite(tape.gradient(value, far)).all()


def test_semantic_on_something_unknown():
    with pytest.raises(UserError, match="semantic_on"):
        semantic_difference(LOGITS, on="classes")


def test_balance_by_hand():
    """Mean prediction (3/4, 1/4) against (1/2, 1/2): 3/4 ln 3/2 + 1/4 ln 1/2."""
    logits = np.log([[0.9, 0.1], [0.6, 0.4]])
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert float(class_balance([logits], [0.5, 0.5])) == pytest.approx(expected, rel=1e-5)
    threefold = class_balance([logits] * 3, [0.5, 0.5])
    assert float(threefold) == pytest.approx(3 * expected, rel=1e-5)
    assert float(class_balance([logits], [0.75, 0.25])) == pytest.approx(0, abs=1e-6)


def test_balance_of_attributes():
    frequencies = [0.2, 0.5, 0.7]
    means = [sigmoid(logits).mean(0) for logits in LOGITS]
    expected = sum(kl((p, 1 - p), (f, 1 - f))
                   for mean in means for p, f in zip(mean, frequencies, strict=True))
    value = class_balance(LOGITS, frequencies, multilabel=True)
    assert float(value) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("frequencies", [[0.5, 0.5], [1.0, 0.0]])
def test_balance_of_a_collapsed_batch_is_finite_with_a_way_out(frequencies):
    logits = tf.Variable(tf.tile([[-8.0, 8.0]], (4, 1)))
    with tf.GradientTape() as tape:
        value = class_balance([logits], frequencies)
    gradient = tape.gradient(value, logits).numpy()
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()
    assert (gradient[:, 0] < 0).all()
    assert (gradient[:, 1] > 0).all()


@pytest.mark.parametrize("domains", [1, 2, 3])
def test_latents_recovered(domains):
    z = RANDOM.normal(size=(4, 3)).astype("float32")
    recovered = LOGITS[:domains]
    value = latent_reconstruction(recovered, z)
    expected = sum(np.mean(np.abs(r - z)) for r in recovered)
    assert float(value) == pytest.approx(expected, rel=1e-5)
    value = latent_reconstruction(recovered, z, norm="l2")
    expected = sum(np.mean([np.linalg.norm(r[b] - z[b])**2 for b in range(4)])
                   for r in recovered)
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_latents_in_an_unknown_norm():
    with pytest.raises(UserError, match="cycle_norm"):
        latent_reconstruction(LOGITS, LOGITS[0], norm="l3")


def generators(domains=2, shared=0):
    keras.utils.set_random_seed(1)
    return build_generators(QUICK_GENERATOR, domains, shared, latent_dim=3, width=0.02, sd=0.5)


@pytest.mark.parametrize("shared", [0, 1, 3])
@pytest.mark.parametrize("domains", [2, 3])
def test_weights_that_are_not_shared(domains, shared):
    nets = generators(domains, shared)
    expected = 0.0
    for one, other in combinations(nets, 2):
        for a, b in zip(one.trainable_variables, other.trainable_variables, strict=True):
            if a.path != b.path:
                expected += np.mean((a.numpy() - b.numpy())**2)
    assert float(weight_difference(nets)) == pytest.approx(expected, rel=1e-5)
    assert expected > 0.1


def test_nothing_to_compare_in_a_single_domain():
    for value in (feature_difference(FEATURES[:1], 2), semantic_difference(LOGITS[:1]),
                  semantic_difference(LOGITS[:1], "kl"), weight_difference(generators(1))):
        assert float(value) == 0.0


@pytest.mark.parametrize("value", [
    lambda x: feature_difference([[x[0]], [x[1]]], 1),
    lambda x: semantic_difference(x, "probabilities"),
    lambda x: semantic_difference(x, "logits"),
    lambda x: semantic_difference(x, "kl"),
    lambda x: class_balance(x, [0.2, 0.3, 0.5]),
    lambda x: latent_reconstruction(x, x[0]),
    lambda x: latent_reconstruction(x, x[0], "l2"),
])
def test_half_precision_gives_float32(value):
    halves = [tf.cast(logits, "bfloat16") for logits in LOGITS[:2]]
    in_float32 = value([tf.cast(h, "float32") for h in halves])
    assert value(halves).dtype == tf.float32
    assert float(value(halves)) == pytest.approx(float(in_float32), rel=1e-6)


READER = tf.constant(RANDOM.normal(0, 0.05, (32 * 32 * 3, 3)).astype("float32"))


def read(images):
    return [tf.reshape(x, (2, -1)) @ READER for x in images]


@pytest.mark.parametrize("term", [
    lambda z, images, features, nets: feature_difference(features, 2),
    lambda z, images, features, nets: semantic_difference(read(images)),
    lambda z, images, features, nets: semantic_difference(read(images), "logits"),
    lambda z, images, features, nets: semantic_difference(read(images), "kl"),
    lambda z, images, features, nets: class_balance(read(images), [0.2, 0.3, 0.5]),
    lambda z, images, features, nets: latent_reconstruction(read(images), z),
    lambda z, images, features, nets: latent_reconstruction(read(images), z, "l2"),
    lambda z, images, features, nets: weight_difference(nets),
], ids=["feature", "probabilities", "logits", "kl", "balance", "cycle", "cycle-l2", "weight"])
def test_the_gradient_reaches_every_generator(term):
    """Three domains whose latents are as long as the stand-in classifier's output."""
    nets = generators(3)
    z = tf.constant([[0.3, -0.8, 0.5], [-0.4, 0.1, 0.9]])
    with tf.GradientTape() as tape:
        made = join_generators(nets)(z, training=True)
        value = term(z, [m["image"] for m in made], [m["features"] for m in made], nets)
    first_kernels = [net.trainable_variables[0] for net in nets]
    for gradient in tape.gradient(value, first_kernels):
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).max() > 1e-7
