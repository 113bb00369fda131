"""Pseudo-classes from the command line: unlabelled folders, a run that goes on, mistakes."""

import json

import cv2
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from data.domain import Domain
from framework.checkpoint_files import found_checkpoints
from tests.trainers.broken import broken_off
from tests.trainers.untrained import untrained
from trainers import classifier, pseudo
from trainers.pseudo import with_pseudo_classes
from trainers.restore import Sampler

FLAGS = ["--gan_type", "scogan", "--preset", "none", "--generator", "quick", "--discriminator",
         "quick", "--width", "0.05", "--latent_dim", "4", "--batch_size", "4", "--image_size", "32",
         "--no-tensorboard", "--compile", "none", "--seed", "3", "--checkpoint_every", "1",
         "--no_sample_early"]
CLUSTERS = ["--clusters", "4", "--semantic_weight", "1", "--balance_weight", "1"]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two folders of noise, and classifiers that have learned nothing."""
    folder, rng = tmp_path_factory.mktemp("pseudo"), np.random.default_rng(0)
    for name in ("a", "b"):
        (folder / name).mkdir()
        for i in range(30):
            image = cv2.resize(rng.integers(0, 256, (4, 4, 3), np.uint8), (32, 32))
            cv2.imwrite(str(folder / name / f"{i:02d}.png"), image)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOGAN_CACHE", str(folder / "cache"))
        patch.setattr(classifier, "train_classifier", untrained)
        yield folder


def train(place, name, iterations):
    return main([*FLAGS, *CLUSTERS, "--dataset", f"folder:{place / 'a'},{place / 'b'}",
                 "--iterations", str(iterations), "--run", str(place / name)])


def weights(run):
    reader = tf.train.load_checkpoint(str(found_checkpoints(run / "checkpoints")[0]))
    return {name: reader.get_tensor(name) for name, shape
            in reader.get_variable_to_shape_map().items() if shape}


def test_a_run_goes_on_as_an_unbroken_one(place, capsys):
    assert train(place, "whole", 2) == 0
    assert "looking for 4 clusters of a, b" in capsys.readouterr().out
    broken_off(place / "whole", place / "parts", 1)
    assert train(place, "parts", 2) == 0
    assert capsys.readouterr().out.count("clusters found in") == 1
    a, b = weights(place / "whole"), weights(place / "parts")
    assert a.keys() == b.keys() and len(a) > 20
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)
    rows = (place / "whole" / "losses.csv").read_text()
    assert "semantic" in rows and "balance" in rows
    assert rows == (place / "parts" / "losses.csv").read_text()


@pytest.mark.slow
def test_unlabelled_folders_condition_the_nets_and_their_parent(place, capsys):
    def go(name, iterations):
        return main([*FLAGS, "--conditional", "--clusters", "3", "--feature_weight", "1",
                     "--parent_iterations", "1", "--dataset", f"folder:{place / 'a'},{place / 'b'}",
                     "--iterations", str(iterations), "--run", str(place / name)])

    assert go("told", 2) == 0
    assert capsys.readouterr().out.count("looking for") == 1    # the parent's are the run's own
    for run in (place / "told", place / "told" / "parent"):
        rows = json.loads((run / "domains.json").read_text())
        assert {row["classes"] for row in rows} == {3}
        images = Sampler(run)(6, seed=1)
        assert np.abs(images[0][0] - images[0][1]).mean() > 1e-3
    sampler = Sampler(place / "told")
    z = np.asarray(sampler.latents(1, 1))
    (first, second) = (sampler.draw(np.concatenate([z, np.eye(3)[[k]]], 1).astype("float32"))[0]
                       for k in (0, 1))
    assert np.abs(first - second).mean() > 1e-4                 # the cluster is read
    assert go("told_in_parts", 1) == 0 and go("told_in_parts", 2) == 0
    a, b = weights(place / "told"), weights(place / "told_in_parts")
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)


def domain(name, count, seed, **about):
    images = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), np.uint8)
    return Domain(name, np.stack([cv2.resize(x, (16, 16)) for x in images]), **about)


def test_labels_are_replaced_and_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path))
    data = [domain("a", 30, 0, labels=np.arange(30, dtype=np.int32) % 2, classes=2),
            domain("b", 20, 1)]
    held_out = [domain("a", 10, 2), domain("b", 9, 3)]
    found = [*sum(with_pseudo_classes(data, held_out, 3, 5, print), [])]
    assert [(d.name, d.classes, len(d.labels)) for d in found] == [
        ("a", 3, 30), ("b", 3, 20), ("a", 3, 10), ("b", 3, 9)]
    assert set(np.concatenate([d.labels for d in found])) == {0, 1, 2}
    shares = np.bincount(found[0].labels, minlength=3) / 30
    assert f"a {100 * shares.min():.1f} to {100 * shares.max():.1f} %" in capsys.readouterr().out

    (kept,) = (tmp_path / "clusters").iterdir()
    first = kept.read_text()
    kept.unlink()                                           # lost, they are found again
    with_pseudo_classes(data, held_out, 3, 5)
    assert kept.read_text() == first
    monkeypatch.setattr(pseudo, "find_clusters", None)
    again = [*sum(with_pseudo_classes(data, held_out, 3, 5), [])]
    for d, same in zip(found, again, strict=True):
        np.testing.assert_array_equal(d.labels, same.labels)
    changed = [domain("a", 30, 9), data[1]]
    with pytest.raises(TypeError):                          # other images, other clusters
        with_pseudo_classes(changed, held_out, 3, 5)


@pytest.mark.parametrize("text", ["", "[]", '{"labels": [[0]]}', '{"labels": [[7], [0]]}',
                                  '{"labels": [[0.5], [0]]}', '{"labels": 3}'])
def test_a_damaged_list_is_not_used(tmp_path, capsys, text):
    path = tmp_path / "clusters.json"
    assert pseudo.cached_labels(path, [1, 1], 4) is None and not capsys.readouterr().out
    path.write_text(text)
    assert pseudo.cached_labels(path, [1, 1], 4) is None
    assert capsys.readouterr().out == f"{path} is not used: it holds no clusters of these images\n"
    path.write_text(json.dumps({"labels": [[3], [0]]}))
    assert [row.tolist() for row in pseudo.cached_labels(path, [1, 1], 4)] == [[3], [0]]


@pytest.mark.parametrize("flags, message", [
    (["--clusters", "1", "--semantic_weight", "1"], "clusters must be 2 or more"),
    (["--clusters", "65", "--semantic_weight", "1"], "clusters must be from 0 to 64, not 65"),
    (["--clusters", "-1", "--semantic_weight", "1"], "clusters must be from 0 to 64, not -1"),
    (["--clusters", "4", "--feature_weight", "1"], "clusters belongs to a positive"),
    (["--clusters", "4", "--semantic_weight", "1", "--classifier_path", "x.keras"],
     "clusters belongs to a positive"),
    (["--clusters", "61", "--semantic_weight", "1"], "61 clusters need as many different images"),
])
def test_mistakes(place, tmp_path, capsys, flags, message):
    assert main([*FLAGS, *flags, "--dataset", f"folder:{place / 'a'},{place / 'b'}",
                 "--run", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert message in error and len(error) < 300 and not (tmp_path / "run").exists()
