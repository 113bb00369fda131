"""`--gan_type adapt`: what the head learns, what it must not know, and how it is measured."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from commands.dispatch import main
from config.resolve import resolve
from data.domain import Domain
from framework.devices import compiled
from framework.errors import UserError
from metrics.choice import default_metrics
from nets.build import build_heads, row_outputs
from trainers import adapt, adaptation, classifier, fit_encoder, fitted_encoder, translation
from trainers.adapt import with_classes
from trainers.class_head import ClassHead
from trainers.conditional import batches_for
from trainers.coupled import build, discriminators_for
from trainers.pseudo import learned_domains
from trainers.restore import Sampler

FLAGS = ["--gan_type", "adapt", "--preset", "none", "--domains", "glyph,glyph_edge,glyph_negative",
         "--generator", "quick", "--discriminator", "quick", "--width", "0.1", "--latent_dim", "4",
         "--batch_size", "6", "--limit_data", "60", "--no-tensorboard", "--compile", "none",
         "--no_sample_early"]


def domains(classes=3, count=12):
    rng = np.random.default_rng(0)
    return [Domain(name, rng.integers(0, 256, (count, 32, 32, 3), np.uint8),
                   np.arange(count, dtype=np.int32) % classes, classes)
            for name in ("glyph", "glyph_edge", "glyph_negative")]


@pytest.fixture(scope="module")
def config():
    return resolve([*FLAGS, "--class_pairs_weight", "0.5"])


def test_rows_of_a_net_that_shares_layers_are_its_own(config):
    nets, image = discriminators_for(config, 3, (32, 32, 3)), np.ones((2, 32, 32, 3), np.float32)
    first, second = ([np.asarray(x) for x in row_outputs(net)(image)] for net in nets[:2])
    assert [x.shape[1] for x in second] == [16, 8, 4]
    assert np.abs(first[-1] - second[-1]).max() > 1e-3
    x = np.asarray(second[-1]).reshape(2, -1)
    weights, bias = nets[1].get_layer("d_row4_dense").get_weights()
    np.testing.assert_allclose(x @ weights + bias, nets[1](image), atol=1e-5)


def test_the_head_is_one_layer_on_the_shared_rows(config):
    nets = discriminators_for(config, 3, (32, 32, 3))
    heads = build_heads(nets, 5)
    image = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    kernel, bias = heads[0].layers[-1].get_weights()
    for net, head in zip(nets, heads, strict=True):
        assert head.layers[-1] is heads[0].layers[-1]
        by_hand = np.asarray(row_outputs(net)(image)[-1]).reshape(2, -1) @ kernel + bias
        np.testing.assert_allclose(head(image), by_hand, atol=1e-5)


def test_the_cross_entropies_by_hand(config):
    head = ClassHead.on(discriminators_for(config, 3, (32, 32, 3)), 4)
    images = np.random.default_rng(0).uniform(-1, 1, (3, 5, 32, 32, 3)).astype("float32")
    logits = [np.asarray(net(x, training=True)) for net, x in zip(head.nets, images, strict=True)]

    def by_hand(labels, logits):
        return -np.mean([row[k] - np.log(np.sum(np.exp(row)))
                         for k, row in zip(labels, logits, strict=True)])
    labels = np.array([0, 1, 2, 3, 0])
    np.testing.assert_allclose(head.of_source(images[0], labels), by_hand(labels, logits[0]),
                               rtol=1e-4)
    read = logits[0].argmax(1)
    expected = (by_hand(read, logits[1]) + by_hand(read, logits[2])) / 2
    np.testing.assert_allclose(head.of_pairs(list(images)), expected, rtol=1e-4)


def test_both_terms_move_the_shared_rows_and_are_logged(config):
    data = learned_domains(config, domains())
    trainer = build(config, data, head_classes=3)
    kernel = trainer.head.nets[0].layers[-1].kernel
    assert any(v is kernel for v in trainer.d_variables)
    before = kernel.numpy()
    batches = with_classes(batches_for(config, data, 1), data[0], config, 1)
    terms = trainer.iterate(np.int64(0), batches(0))
    assert {"class/glyph", "class/pairs"} <= set(terms)
    assert np.abs(kernel.numpy() - before).max() > 0
    kept = trainer.state()["discriminators"]
    assert any(v is kernel for v in kept) and kept[:3] == trainer.discriminators[0].variables[:3]


def test_the_classes_are_those_of_the_images_in_the_batch(config):
    data = domains()
    images, classes = with_classes(batches_for(config, data, 2), data[0], config, 2)(3)
    for image, label in zip(images[0].reshape(-1, 32, 32, 3), classes.reshape(-1), strict=True):
        (row,) = np.flatnonzero((data[0].images == image).all((1, 2, 3)))
        assert data[0].labels[row] == label


def test_no_label_of_another_domain_is_seen(config):
    assert [d.labels is None for d in learned_domains(config, domains())] == [False, True, True]
    plain = resolve([*(x if x != "adapt" else "cogan" for x in FLAGS)])
    assert [d.labels is None for d in learned_domains(plain, domains())] == [False] * 3


@pytest.mark.parametrize("more, message", [
    (["--shared_discriminator", "0"], "set --shared_discriminator to 1 or more"),
    (["--conditional"], "leave out --conditional, or add --clusters 10"),
    (["--keep_best", "pair_agreement"], "would choose by the labels that adapt does without"),
    (["--domains", "folder:{p},glyph"], "has none; name a labelled domain first"),
    (["--gan_type", "scogan", "--class_weight", "2"], "class_weight belongs to --gan_type adapt"),
])
def test_mistakes(tmp_path, capsys, more, message):
    import cv2
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((32, 32, 3), np.uint8))
    run = ["--iterations", "1", "--run", str(tmp_path / "run")]
    assert main([*FLAGS, *run, *(m.format(p=tmp_path) for m in more)]) == 2
    assert message in capsys.readouterr().err


def test_pairs_are_of_classes_and_not_of_attributes(config):
    faces = [replace(d, labels=np.stack([d.labels, d.labels], 1) % 2, classes=2,
                     attributes=("Smiling", "Male")) for d in domains()]
    with pytest.raises(UserError, match="glyph has attributes; leave it out"):
        adapt.training(config, faces)


def test_pairs_are_read_surely_or_left():
    logits = np.array([[9.0, 0, 0], [0.1, 0, 0], [0, 3, 0]])
    labels, sure = adaptation.read_surely(logits, False)
    assert labels.tolist() == [0, 0, 1] and sure.tolist() == [True, False, True]
    labels, sure = adaptation.read_surely(np.array([[9.0, -9], [9, 0.1]]), True)
    assert labels.tolist() == [[1, 0], [1, 1]] and sure.tolist() == [True, False]


def op_by_op(function):
    """In the place of `compiled`, for iterations so few that to trace them takes longer."""
    return function if function.__name__ == "iterate" else compiled(function)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of clusters, and quick classifiers for what measures it."""
    folder = tmp_path_factory.mktemp("adapt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOGAN_CACHE", str(folder / "cache"))
        patch.setattr(adaptation, "SETTINGS", {"judge": {"iterations": 2}})
        patch.setattr(adaptation, "SURE", 0.0)
        patch.setattr(classifier, "train_once", partial(classifier.train_once, iterations=2))
        patch.setattr(classifier, "compiled", op_by_op)
        patch.setattr(fitted_encoder, "compiled", op_by_op)
        assert main([*FLAGS, "--domains", "glyph,glyph_edge", "--conditional", "--clusters", "3",
                     "--iterations", "2",
                     "--class_pairs_weight", "1", "--run", str(folder / "run")]) == 0
        yield folder / "run"


def test_every_way_is_measured_between_the_bounds(run, capsys, monkeypatch):
    none = adaptation.translate_source(Sampler(run), domains()[0])
    assert [len(d) for d in none] == [0, 0]
    assert "translated images need an encoder; fit-encoder makes it" in capsys.readouterr().out
    fit_encoder.main(run, iterations=1)
    monkeypatch.setattr(translation, "TRUSTED", np.inf)
    assert main(["evaluate", str(run), "--metrics", "adaptation"]) == 0
    assert "60 of 60 generated pairs are read surely enough" in capsys.readouterr().out
    rows = json.loads((run / "metrics.json").read_text())["results"]
    found = {row["compared"]: row for row in rows if row["metric"] == "accuracy"}
    for target in ("glyph_edge",):
        ways = [name.partition(", read by ")[2] for name in found if name.startswith(target)]
        assert ways == ["a classifier of glyph alone", "the discriminators' head",
                        "a classifier of translated images and glyph",
                        "a classifier of generated pairs and glyph",
                        f"a classifier of {target} itself"]
    assert all(0 <= row["value"] <= 1 for row in found.values())


def test_the_head_reads_as_the_net_that_was_trained(run):
    from data.load import load
    names = ("glyph", "glyph_edge")
    data = load(names, seed=0, limit=60)
    held_out = load(names, seed=0, split="test", limit=60)
    shares = [reader() for reader in adaptation.head_readers(Sampler(run), data, held_out)]
    assert len(shares) == 2 and all(0 <= share <= 1 for share in shares)
    assert adaptation.head_readers(Sampler(run), data, [
        d.subset(np.arange(5)) for d in held_out])[0]() in np.arange(6) / 5


def test_an_adapted_run_is_measured_by_that_first():
    assert default_metrics(False, True, 2, False, True)[0] == "adaptation"
    assert "adaptation" not in default_metrics(False, True, 2, False, False)
