"""What a classifier's step, figures and cache are, against numpy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from data.augment import augment
from data.domain import Domain
from framework.checkpoint import save_model
from framework.errors import UserError
from framework.random import Random
from nets.classifier import build_classifier
from trainers import classifier
from trainers.classifier import (
    ClassifierTrainer,
    accuracy,
    check_labels,
    correct,
    cross_entropy,
    kept_accuracies,
    load_classifier,
    per_label_accuracy,
    predict_logits,
    train_once,
)

LOGITS = np.array([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]], "float32")


def linear(outputs=3, shape=(4, 4, 3)):
    return keras.Sequential([keras.Input(shape), keras.layers.Flatten(),
                             keras.layers.Dense(outputs)])


def domain(name="a", count=40, labels=None, size=16, **about):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, size, size, 3), np.uint8)
    labels = rng.integers(0, 3, count).astype("int32") if labels is None else labels
    return Domain(name, images, labels, **{"classes": 3, **about})


def test_cross_entropy_of_classes_and_of_attributes_by_hand():
    exp = np.exp(LOGITS)
    by_hand = -np.mean(np.log([exp[0, 2] / exp[0].sum(), exp[1, 1] / exp[1].sum()]))
    np.testing.assert_allclose(cross_entropy(np.array([2, 1]), LOGITS), by_hand, rtol=1e-5)
    labels = np.array([[1, 0, 0], [1, 1, 0]])
    p = 1 / (1 + np.exp(-LOGITS))
    by_hand = -np.mean(np.where(labels, np.log(p), np.log(1 - p)))
    np.testing.assert_allclose(cross_entropy(labels, LOGITS), by_hand, rtol=1e-5)


def test_hits_of_classes_and_of_attributes():
    np.testing.assert_array_equal(correct(np.array([0, 2]), LOGITS), [1, 0])
    np.testing.assert_array_equal(correct(np.array([[1, 1, 1], [0, 1, 0]]), LOGITS),
                                  [[1, 0, 1], [1, 1, 1]])


def test_noise_of_each_image_has_its_own_deviation():
    model, images = linear(), np.full((1, 6, 4, 4, 3), 200, np.uint8)
    labels = np.arange(6)[None] % 3
    kernel, bias = (np.array(v) for v in model.trainable_variables)
    terms = ClassifierTrainer(model, keras.optimizers.SGD(0.0), noise=0.8, seed=5).iterate(
        tf.constant(9), ((images,), (labels,)))
    random = Random(5, 9)
    sd = np.array(random.uniform([6, 1, 1, 1], 0.0, 0.8))
    noisy = 200 / 127.5 - 1 + sd * np.array(random.normal([6, 4, 4, 3]))
    logits = noisy.reshape(6, -1) @ kernel + bias
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    by_hand = -np.mean(np.log(shares[np.arange(6), labels[0]]))
    np.testing.assert_allclose(terms["loss"], by_hand, rtol=1e-5)


def test_a_classifier_learns_from_views_of_the_images():
    model, rng = linear(), np.random.default_rng(2)
    images, labels = rng.integers(0, 256, (1, 6, 4, 4, 3), np.uint8), np.arange(6)[None] % 3
    kernel, bias = (np.array(v) for v in model.trainable_variables)
    terms = ClassifierTrainer(model, keras.optimizers.SGD(0.0), views=("cutout",), seed=5).iterate(
        tf.constant(9), ((images,), (labels,)))
    changed = np.array(augment(tf.constant(images[0] / np.float32(127.5) - 1), ("cutout",),
                               Random(5, 9)))
    logits = changed.reshape(6, -1) @ kernel + bias
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    by_hand = -np.mean(np.log(shares[np.arange(6), labels[0]]))
    assert (changed == 0).any()
    np.testing.assert_allclose(terms["loss"], by_hand, rtol=1e-5)


def test_a_step_goes_along_the_gradient_of_the_mixture():
    keras.utils.set_random_seed(0)
    model, rng = linear(), np.random.default_rng(1)
    images = tuple(rng.integers(0, 256, (1, 5, 4, 4, 3), np.uint8) for _ in range(2))
    labels = tuple(rng.integers(0, 3, (1, 5)) for _ in range(2))
    kernel, bias = (np.array(v) for v in model.trainable_variables)
    terms = ClassifierTrainer(model, keras.optimizers.SGD(0.1)).iterate(
        tf.constant(0), (images, labels))

    x = np.concatenate(images, 1)[0].reshape(10, -1) / 127.5 - 1
    p = np.exp(x @ kernel + bias)
    p /= p.sum(1, keepdims=True)
    y = np.concatenate(labels, 1)[0]
    error = (p - np.eye(3)[y]) / 10
    np.testing.assert_allclose(terms["loss"], -np.mean(np.log(p[range(10), y])), rtol=1e-4)
    np.testing.assert_allclose(terms["accuracy"], np.mean(p.argmax(1) == y))
    np.testing.assert_allclose(model.trainable_variables[0], kernel - 0.1 * x.T @ error,
                               rtol=1e-3, atol=1e-6)


def test_figures_per_label_and_whole():
    model = linear(size := 2)
    model.set_weights([np.zeros((48, size)), np.array([1.0, -1.0])])
    images = np.zeros((4, 4, 4, 3), np.uint8)
    labels = np.array([[1, 0], [1, 1], [0, 1], [1, 1]], "int32")
    faces = Domain("faces", images, labels, 2, ("Smiling", "Young"))
    np.testing.assert_allclose(per_label_accuracy(model, faces), [0.75, 0.25])
    assert accuracy(model, faces) == pytest.approx(0.5)
    digits = Domain("digits", images, np.array([0, 0, 1, 0], "int32"), 2)
    assert accuracy(model, digits) == pytest.approx(0.75)


def test_images_are_read_in_batches_and_in_order():
    class Files:
        """Answers to arrays of indices only, as images that are decoded on demand."""
        def __len__(self):
            return 7

        def __getitem__(self, which):
            assert isinstance(which, np.ndarray)
            return np.stack([np.full((4, 4, 3), 10 * i, np.uint8) for i in which])

    model, files = linear(), Files()
    whole = model((files[np.arange(7)] / 127.5 - 1).astype("float32")).numpy()
    np.testing.assert_allclose(predict_logits(model, files, batch_size=3), whole, rtol=1e-4,
                               atol=1e-5)


@pytest.mark.parametrize("second, message", [
    (Domain("b", np.zeros((2, 4, 4, 3))), "b has no labels"),
    (domain("b", classes=4), "a has 3 classes and b 4"),
    (domain("b", attributes=("x", "y", "z")), "the same classes")])
def test_domains_that_no_classifier_can_learn(second, message):
    check_labels([domain(), domain("c")])
    with pytest.raises(UserError, match=message):
        check_labels([domain(), second])


def test_a_classifier_is_trained_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path))
    data, measured = [domain(count=classifier.BATCH_SIZE)], []

    def held_out():
        measured.append(True)
        return data
    first, figures = train_once(data, held_out, iterations=2)
    assert "training a classifier of a" in (said := capsys.readouterr().out)
    assert f"accuracy on held-out a {100 * figures['a']:.1f} %" in said
    second, again = train_once(data, held_out, iterations=2)
    assert "found in" in capsys.readouterr().out and again == figures and len(measured) == 1
    for a, b in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    # A run that trained it and one that found it must compute the same bits.
    assert [type(layer) for layer in first.layers] == [type(layer) for layer in second.layers]
    np.testing.assert_array_equal(*(predict_logits(net, data[0].images[:8])
                                    for net in (first, second)))
    other = [domain(count=classifier.BATCH_SIZE, labels=2 - data[0].labels)]
    train_once(other, lambda: other, iterations=2)
    assert len(list((tmp_path / "classifiers").glob("a-*.keras"))) == 2


@pytest.mark.parametrize("content", [b"", b"no model", b"PK"])
def test_a_damaged_classifier_in_the_cache_is_trained_anew(tmp_path, monkeypatch, capsys, content):
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path))
    data = [domain(count=classifier.BATCH_SIZE)]
    first, _ = train_once(data, lambda: data, iterations=2)
    [path] = (tmp_path / "classifiers").glob("*.keras")
    path.write_bytes(content)
    capsys.readouterr()
    again, _ = train_once(data, lambda: data, iterations=2)
    said = capsys.readouterr().out
    assert f"{path} is not used" in said and "kept in" in said
    np.testing.assert_array_equal(first.get_weights()[0], again.get_weights()[0])
    train_once(data, lambda: data, iterations=2)
    assert "found in" in capsys.readouterr().out


@pytest.mark.parametrize("content, kept", [
    ('{"a": 0.5, "c": 1.0}', {"a": 0.5}), (None, None), ("", None), ("{}", None), ("[1]", None),
    ('{"a": true}', None), ('{"a": 1.5}', None), ("[" * 9999, None)])
def test_an_accuracy_is_known_where_its_file_says_it(tmp_path, content, kept):
    if content is not None:
        (tmp_path / "x.json").write_text(content)
    assert kept_accuracies(tmp_path / "x.keras", [domain()]) == kept


def test_a_classifier_that_cannot_be_kept_serves_all_the_same(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "file"))
    data = [domain(count=classifier.BATCH_SIZE)]
    model, figures = train_once(data, lambda: data, iterations=2)
    said = capsys.readouterr().out
    assert "cannot be kept in" in said and "Not a directory" in said and "not kept in" in said
    assert model.output_shape == (None, 3) and 0 <= figures["a"] <= 1


def test_a_classifier_given_must_fit(tmp_path):
    save_model(tmp_path / "fits.keras", net := build_classifier((16, 16, 3), 3, "quick", 0.1))
    loaded = load_classifier(tmp_path / "fits.keras", [domain()])
    for a, b in zip(loaded.get_weights(), net.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(UserError, match=r"takes \(16, 16, 3\) to 3 classes"):
        load_classifier(tmp_path / "fits.keras", [domain(size=8)])
    unlabelled = Domain("b", np.zeros((2, 16, 16, 3), np.uint8))
    assert load_classifier(tmp_path / "fits.keras", [unlabelled]).output_shape == (None, 3)
    (tmp_path / "odd.keras").write_text("no model")
    with pytest.raises(UserError, match="cannot read --classifier_path"):
        load_classifier(tmp_path / "odd.keras", [domain()])


def test_a_classifier_that_gives_probabilities_is_read_by_its_logits(tmp_path, capsys):
    net = build_classifier((16, 16, 3), 3, "quick", 0.1)
    squashed = keras.Model(net.input, keras.layers.Softmax()(net.output))
    save_model(tmp_path / "a.keras", squashed)
    model = load_classifier(tmp_path / "a.keras", [domain()])
    x = np.random.default_rng(9).normal(size=(5, 16, 16, 3)).astype("float32")
    np.testing.assert_allclose(model(x), net(x), rtol=1e-5, atol=1e-5)
    assert "its logits are read" in capsys.readouterr().out
    save_model(tmp_path / "b.keras", net)
    load_classifier(tmp_path / "b.keras", [domain()])
    assert "logits" not in capsys.readouterr().out
