"""From options to a trainer: with every coupling on, all that is trained moves and nothing
that is frozen."""

from dataclasses import replace
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from data.domain import Domain
from framework.checkpoint import save_model
from framework.errors import UserError
from penalties.couplings import COUPLINGS, FrozenNets
from trainers import classifier, coupled
from trainers.coupled import balance_for, build, class_frequencies, frozen_for
from trainers.perceptual import maps_for, vgg_features_for

ON = [flag for name in COUPLINGS for flag in (f"--{name}_weight", "1")]
FLAGS = ["--gan_type", "scogan", "--dataset", "glyph2edge", "--preset", "none", "--generator",
         "quick", "--discriminator", "quick", "--width", "0.1", "--batch_size", "4",
         "--latent_dim", "6", "--seed", "3"]
VGG = ["--vgg_weights", "random"]
CONTENT, STYLE = ["--content_layers", "block1_conv2"], ["--style_layers", "block1_conv1"]


def domains(size=32, classes=10, attributes=()):
    rng = np.random.default_rng(0)
    labels = [rng.integers(0, 2, (6, classes)) if attributes else rng.integers(0, classes, 6)
              for _ in range(2)]
    return [Domain(name, rng.integers(0, 256, (6, size, size, 3), np.uint8),
                   y.astype("int32"), classes, attributes)
            for name, y in zip("ab", labels, strict=True)]


def values(net):
    return [np.array(v) for v in net.weights]


def test_all_that_is_trained_moves_and_nothing_that_is_frozen():
    config = resolve([*FLAGS, *ON, *VGG, *CONTENT, *STYLE, "--balance_perceptual", "0.5",
                      "--pairing_weights", "random", "--pairing_resize", "64"])
    keras.utils.set_random_seed(0)
    reader = classifier.build_classifier((32, 32, 3), 10, "quick")
    reader.trainable = False
    vgg = vgg_features_for(config.coupling, config.device.precision, (32, 32, 3))
    maps = maps_for(config.coupling, (32, 32, 3))
    trainer = build(config, domains(), FrozenNets(partial(reader, training=False),
                                                  np.full(10, 0.1, "float32"), False, vgg, maps))
    frozen = [reader, vgg.args[0].model, maps.args[0]]
    before = [values(net) for net in frozen]
    moving = [net for c in trainer.couplings for net in c.nets] + trainer.generators
    starts = [[np.array(v) for v in net.trainable_variables] for net in moving]
    batch = tuple(d.images[None, :4] for d in domains())
    terms = trainer.iterate(tf.constant(0, tf.int64), batch)

    assert {c.name for c in trainer.couplings} == set(COUPLINGS)
    assert all(np.isfinite(float(value)) for value in terms.values())
    assert all(f"weighted/{name}" in terms and float(terms[name]) > 0 for name in COUPLINGS)
    for net, start in zip(frozen, before, strict=True):
        for a, b in zip(values(net), start, strict=True):
            np.testing.assert_array_equal(a, b)
    for net, start in zip(moving, starts, strict=True):
        assert all((np.array(v) != a).any()
                   for v, a in zip(net.trainable_variables, start, strict=True))
    trained = {id(v) for v in trainer.g_variables + trainer.d_variables}
    assert not trained & {id(v) for net in frozen for v in net.variables}


def test_attributes_are_compared_one_by_one(tmp_path):
    faces = domains(classes=3, attributes=("x", "y", "z"))
    save_model(tmp_path / "reader.keras", classifier.build_classifier((32, 32, 3), 3))
    config = resolve([*FLAGS, "--semantic_weight", "1", "--balance_weight", "1",
                      "--classifier_path", str(tmp_path / "reader.keras")])
    frozen = frozen_for(config, faces)
    assert frozen.multilabel and frozen.vgg is None
    np.testing.assert_allclose(frozen.frequencies,
                               np.concatenate([d.labels for d in faces]).mean(0))
    trainer = build(config, faces, frozen)
    terms = trainer.iterate(tf.constant(0, tf.int64), tuple(d.images[None, :4] for d in faces))
    assert np.isfinite(float(terms["semantic"])) and float(terms["balance"]) > 0


def test_one_labelled_domain_is_enough(monkeypatch):
    """Section 4.2.1: a classifier of one domain may serve where the other is alike."""
    digits, photographs = domains()
    photographs = replace(photographs, labels=None, classes=None)
    learned, model = [], classifier.build_classifier((32, 32, 3), 10, "quick", 0.1)
    monkeypatch.setattr(coupled, "load_domains", lambda config, split: [digits, photographs])
    monkeypatch.setattr(classifier, "train_once", lambda domains, held_out, **settings: (
        learned.append((domains, held_out())), (model, {}))[1])
    config = resolve([*FLAGS, "--semantic_weight", "1", "--balance_weight", "1"])
    frozen = frozen_for(config, [digits, photographs])
    assert learned == [([digits], [digits])] and not frozen.classifier.func.trainable
    np.testing.assert_allclose(frozen.frequencies, class_frequencies([digits]))
    with pytest.raises(UserError, match="balance_weight needs a labelled domain"):
        class_frequencies([photographs])


@pytest.mark.parametrize("flags, asked, settings", [
    ([], None, {}), (["--classifier_epochs", "32"], None, {"iterations": 3}),
    (["--classifier_domains", "mnist"], "mnist", {})])
def test_what_the_classifier_learns_and_how_long(monkeypatch, flags, asked, settings):
    """32 epochs of 6 images at 64 an iteration; plain MNIST in the place of the run's domains."""
    pair, (plain, _) = domains(), domains()
    found, model = [], classifier.build_classifier((32, 32, 3), 10, "quick", 0.1)

    def load_domains(config, split="train"):
        assert asked in (None, config.data.domains) and config.data.image_size == (
            32 if asked else 0)
        return (plain,) if asked else pair

    def train_once(learned, held_out, **given):
        found.append((list(learned), given))
        return model, {}
    monkeypatch.setattr(coupled, "load_domains", load_domains)
    monkeypatch.setattr(classifier, "train_once", train_once)
    frozen_for(resolve([*FLAGS, "--semantic_weight", "1", *flags]), pair)
    ((learned, given),) = found
    assert learned == ([plain] if asked else list(pair))
    assert {k: v for k, v in given.items() if k == "iterations"} == settings


def test_frequencies_are_the_mean_of_the_labelled_domains():
    images = np.zeros((4, 8, 8, 3), np.uint8)
    a = Domain("a", images, np.array([0, 0, 1, 2]), 4)
    b = Domain("b", images[:2], np.array([3, 0]), 4)
    c = Domain("c", images)
    np.testing.assert_allclose(class_frequencies([a, c, b]), [0.5, 0.125, 0.125, 0.25])


def test_only_perceptual_terms_that_are_on_are_balanced():
    assert balance_for(resolve([*FLAGS, *VGG, *CONTENT, "--content_weight", "1"]).coupling) is None
    config = resolve([*FLAGS, *VGG, *STYLE, "--style_weight", "1", "--feature_weight", "1",
                      "--balance_perceptual", "0.3"])
    balance = balance_for(config.coupling)
    assert (balance.names, balance.share) == (["style"], 0.3)


def test_nothing_is_read_where_no_coupling_asks():
    assert frozen_for(resolve([*FLAGS, "--feature_weight", "1"]), domains()) == FrozenNets()
