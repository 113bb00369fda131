"""Labels for generators and critics: what each is told, and one row per class."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from data.domain import Domain
from framework.errors import UserError
from framework.random import Random
from losses.adversarial import Wasserstein
from nets.architectures import Row
from nets.build import build_discriminators, build_generators
from penalties.gradient import gradient_penalty
from trainers.conditional import (
    batches_for,
    concat_label,
    concat_label_channels,
    conditioned_shape,
    every_class_in_turn,
    num_conditioning_classes,
    one_hot_labels,
    one_row_per_class,
)
from trainers.coupled import build
from trainers.gan import AdversarialTrainer

FLAGS = ["--gan_type", "gan", "--dataset", "glyph", "--preset", "none", "--conditional",
         "--generator", "quick", "--discriminator", "quick", "--width", "0.1",
         "--latent_dim", "4", "--batch_size", "6"]


def test_codes_of_classes_and_of_attributes():
    labels = np.array([[2, 0], [1, 1]])
    np.testing.assert_array_equal(one_hot_labels(labels, 3), np.eye(3)[labels])
    attributes = np.array([[[1, 0, 1], [0, 0, 0]]])
    np.testing.assert_array_equal(one_hot_labels(attributes, 3), attributes)
    assert one_hot_labels(labels, 3).dtype == one_hot_labels(attributes, 3).dtype == tf.float32


def test_critics_see_the_code_over_the_whole_image():
    images = np.random.default_rng(0).normal(size=(2, 4, 5, 3)).astype("float32")
    code = np.array([[0, 1], [1, 0]], "float32")
    seen = np.array(concat_label_channels(images, code))
    assert seen.shape == (2, *conditioned_shape((4, 5, 3), 2)) == (2, 4, 5, 5)
    np.testing.assert_array_equal(seen[..., :3], images)
    np.testing.assert_array_equal(seen[0, :, :, 3:], np.tile((0, 1), (4, 5, 1)))
    np.testing.assert_array_equal(seen[1, :, :, 3:], np.tile((1, 0), (4, 5, 1)))
    assert concat_label_channels(images, None) is images


def test_points_get_coordinates():
    np.testing.assert_array_equal(
        concat_label_channels(tf.constant([[5.0, 6.0]]), tf.constant([[0.0, 1.0, 0.0]])),
        [[5, 6, 0, 1, 0]])


def test_a_row_of_the_same_latents_for_every_class():
    z = np.array([[1, 2], [3, 4]], "float32")
    np.testing.assert_array_equal(one_row_per_class(z, 3), [
        [1, 2, 1, 0, 0], [3, 4, 1, 0, 0], [1, 2, 0, 1, 0], [3, 4, 0, 1, 0], [1, 2, 0, 0, 1],
        [3, 4, 0, 0, 1]])
    assert one_row_per_class(z, 0) is z and concat_label(z, None) is z


def domain(classes=3, count=24, name="noise"):
    rng = np.random.default_rng(0)
    labels = None if classes is None else np.arange(count, dtype=np.int32) % classes
    return Domain(name, rng.integers(0, 256, (count, 32, 32, 3), np.uint8), labels, classes)


def test_classes_in_turn():
    z = tf.constant([[0.1], [0.2], [0.3], [0.4]])
    np.testing.assert_allclose(every_class_in_turn(z, 3), [
        [0.1, 1, 0, 0], [0.2, 0, 1, 0], [0.3, 0, 0, 1], [0.4, 1, 0, 0]])
    assert every_class_in_turn(z, 0) is z


def test_domains_must_have_the_same_labels():
    assert num_conditioning_classes((domain(), domain())) == 3
    for other, found in ((None, "no"), (4, "4")):
        with pytest.raises(UserError, match=f"of 3, {found} classes"):
            num_conditioning_classes((domain(), domain(other)))


def test_batches_carry_labels_only_where_told():
    images, labels = batches_for(resolve(FLAGS), (domain(),), 2)(3)
    assert images[0].shape == (2, 6, 32, 32, 3) and labels[0].shape == (2, 6)
    (bare,) = batches_for(resolve(FLAGS[:6] + FLAGS[-2:]), (domain(),), 2)(3)
    np.testing.assert_array_equal(bare, images[0])


def test_nets_of_a_run_have_room_for_the_code():
    trainer = build(resolve(FLAGS), (domain(),))
    assert trainer.generators[0].input_shape == (None, 4 + 3)
    assert trainer.discriminators[0].input_shape == (None, 32, 32, 3 + 3)
    assert trainer.latent_dim == 4
    batch = batches_for(resolve(FLAGS), (domain(),), 1)(0)
    assert np.isfinite(list(trainer.iterate(tf.constant(0), batch).values())).all()
    assert trainer.sample(one_row_per_class(tf.zeros((2, 4)), 3))[0].shape == (6, 32, 32, 3)


class Listening:
    """A critic that keeps what it was shown and scores its first number."""

    def __init__(self, net):
        self.net, self.seen = net, []
        self.layers, self.variables = net.layers, net.variables
        self.trainable_variables, self.output_shape = net.trainable_variables, net.output_shape

    def __call__(self, x, training=False):
        self.seen.append(np.array(x))
        return self.net(x, training=training)


def test_real_are_shown_with_their_own_code_and_generated_with_theirs():
    """Two domains of points: both generators are told the first domain's labels, each critic
    its own domain's for real points; in the penalty points and codes are mixed alike."""
    keras.utils.set_random_seed(0)
    dense = (Row("dense", 2),)
    discriminators = [Listening(net) for net in build_discriminators(dense, 2, 0, (2 + 3,))]
    generators = build_generators(dense, 2, 0, latent_dim=4 + 3)
    trainer = AdversarialTrainer(
        ["a", "b"], generators, discriminators, loss=Wasserstein(), classes=3, seed=5,
        penalty=gradient_penalty, g_optimizer=keras.optimizers.SGD(0.1),
        d_optimizer=keras.optimizers.SGD(0.1))
    real = [np.random.default_rng(k).normal(size=(1, 4, 2)).astype("float32") for k in (0, 1)]
    labels = [np.array([[0, 1, 2, 2]]), np.array([[1, 1, 0, 2]])]
    random = Random(5, 0)
    z = trainer.draw_latents(random, real[0][0], one_hot_labels(labels[0][0], 3))
    np.testing.assert_array_equal(z[:, 4:], np.eye(3)[labels[0][0]])
    fakes = [generator(z)["image"].numpy() for generator in generators]

    trainer.iterate(tf.constant(0), (real, labels))

    for k, discriminator in enumerate(discriminators):
        both, between = discriminator.seen[:2]
        np.testing.assert_allclose(both[:4], np.hstack([real[k][0], np.eye(3)[labels[k][0]]]))
        np.testing.assert_allclose(both[4:], np.hstack([fakes[k], np.eye(3)[labels[0][0]]]),
                                   rtol=1e-5)
        alpha = np.array(random.uniform([4]))[:, None]
        np.testing.assert_allclose(between, alpha * both[:4] + (1 - alpha) * both[4:], rtol=1e-4,
                                   atol=1e-6)
        np.testing.assert_array_equal(discriminator.seen[-1][:, 2:], np.eye(3)[labels[0][0]])
