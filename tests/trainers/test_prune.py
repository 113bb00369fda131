"""Which images stay, that the list is kept, and that held-out images are left whole."""

import json

import keras
import numpy as np
import pytest

from config.resolve import resolve
from data.domain import Domain
from trainers import classifier
from trainers.domains import load_domains
from trainers.prune import confident_indices, highest_probabilities


@pytest.fixture
def brightness(tmp_path, monkeypatch):
    """Stands in for a trained classifier: brighter images (pixel v) are surer to be a 1. Of
    two classes with logits 0 and v / 127.5 - 1 the likelier has a probability from 0.5 up."""
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "cache"))
    trained = []
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.GlobalAveragePooling2D(),
                              keras.layers.Dense(10, use_bias=False)])
    model.set_weights([np.eye(3, 10) * [[1], [0], [0]] * 5])

    def train_once(domains, held_out, **settings):
        trained.append((domains, held_out, settings))
        return model, {}
    monkeypatch.setattr(classifier, "train_once", train_once)
    return trained


def svhn(folder, levels):
    images = np.broadcast_to(np.array(levels, np.uint8)[:, None, None, None],
                             (len(levels), 32, 32, 3))
    labels = (np.arange(len(levels)) % 10).astype(np.uint8)
    np.savez(folder / "svhn.npz", train_images=images, train_labels=labels,
             test_images=images[:4], test_labels=labels[:4])
    return images, labels


def probability(levels):
    logits = np.zeros((len(levels), 10))
    logits[:, 0] = 5 * (np.array(levels) / 127.5 - 1)
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return p.max(1)


def test_the_highest_probability_is_that_of_the_softmax(brightness):
    levels = [0, 60, 128, 200, 255]
    images = np.broadcast_to(np.array(levels, np.uint8)[:, None, None, None], (5, 32, 32, 3))
    domain = Domain("a", images, np.arange(5, dtype="int32"), 10)
    np.testing.assert_allclose(highest_probabilities(domain, domain, "quick", 0),
                               probability(levels), rtol=1e-4)
    assert brightness[0][2]["iterations"] == classifier.ITERATIONS


@pytest.mark.parametrize("confidence", [0.4, 0.9])
def test_only_what_is_read_surely_stays(tmp_path, brightness, capsys, confidence):
    levels = list(range(0, 256, 5))
    images, labels = svhn(tmp_path, levels)
    expected = np.flatnonzero(probability(levels) > confidence)
    assert 3 < len(expected) < len(levels) - 3
    flags = ["--gan_type", "gan", "--dataset", "svhn_pruned", "--data_dir", str(tmp_path),
             "--prune_confidence", str(confidence)]
    (domain,) = load_domains(resolve(flags))
    np.testing.assert_array_equal(domain.images, images[expected])
    np.testing.assert_array_equal(domain.labels, labels[expected])
    assert f"svhn_pruned: {len(expected)} of {len(levels)} images stay" in capsys.readouterr().out
    (file,) = (tmp_path / "cache" / "pruned").glob("svhn_pruned-*.json")
    assert json.loads(file.read_text()) == {
        "of": len(levels), "prune_confidence": confidence, "kept": expected.tolist()}

    assert len(load_domains(resolve(flags), "test")[0]) == 4
    np.testing.assert_array_equal(load_domains(resolve(flags))[0].images, domain.images)
    assert len(brightness) == 1


def test_another_confidence_is_another_list(tmp_path, brightness):
    images = np.zeros((4, 32, 32, 3), np.uint8)
    domain = Domain("a", images, np.arange(4, dtype="int32"), 10)
    assert len(confident_indices(domain, domain, 0.05)) == 4
    assert len(confident_indices(domain, domain, 0.5)) == 0
    assert len(brightness) == 2


@pytest.mark.parametrize("content", ["", "[]", '{"kept": [3, 1]}', '{"kept": [9999]}',
                                     '{"kept": ["a"]}', '{"kept": [-1]}', "{"])
def test_a_list_that_is_none_is_made_anew(tmp_path, brightness, capsys, content):
    levels = list(range(0, 256, 5))
    images = np.broadcast_to(np.array(levels, np.uint8)[:, None, None, None],
                             (len(levels), 32, 32, 3))
    domain = Domain("a", images, (np.arange(len(levels)) % 10).astype("int32"), 10)
    first = confident_indices(domain, domain, 0.6)
    [path] = (tmp_path / "cache" / "pruned").iterdir()
    path.write_text(content)
    capsys.readouterr()
    np.testing.assert_array_equal(confident_indices(domain, domain, 0.6), first)
    assert f"{path} is not used" in capsys.readouterr().out and len(brightness) == 2
    confident_indices(domain, domain, 0.6)
    assert len(brightness) == 2


def test_a_list_that_cannot_be_kept_serves_all_the_same(tmp_path, brightness, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path / "file"))
    images = np.full((3, 32, 32, 3), 255, np.uint8)
    domain = Domain("a", images, np.arange(3, dtype="int32"), 10)
    assert list(confident_indices(domain, domain, 0.5)) == [0, 1, 2]
    assert "cannot be kept in" in capsys.readouterr().out
