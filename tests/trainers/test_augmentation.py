"""What discriminators see, how its strength follows them, and a picture of it."""

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from framework.devices import compiled
from losses.adversarial import NonSaturating
from nets.architectures import Row
from nets.build import build_discriminators, build_generators
from penalties.zero_centred import r1r2_penalty
from trainers.augmentation import RISE_IMAGES, Augmentation
from trainers.gan import AdversarialTrainer

G = (Row("project", 4, 4, activation="relu"), Row("convt", 3, 4, 2, activation="tanh"))
D = (Row("conv", 4, 3, 2, activation="leaky0.2"), Row("dense", 1))


def trainer(augmentation, classes=0, **settings):
    keras.utils.set_random_seed(0)
    return AdversarialTrainer(
        ["a"], build_generators(G, 1, 0, 3 + classes),
        build_discriminators(D, 1, 0, (8, 8, 3 + classes)), loss=NonSaturating(),
        g_optimizer=keras.optimizers.SGD(0.1), d_optimizer=keras.optimizers.SGD(0.1),
        augmentation=augmentation, classes=classes, **settings)


def batch(classes=0):
    rng = np.random.default_rng(0)
    images = (rng.integers(0, 256, (1, 6, 8, 8, 3)).astype(np.uint8),)
    return (images, (rng.integers(0, classes, (1, 6)),)) if classes else images


def test_it_changes_what_the_discriminators_see_and_the_iteration_is_repeatable():
    found = [compiled(trainer(a).iterate)(tf.constant(2), batch()) for a in (
        None, Augmentation(["color", "cutout"]), Augmentation(["color", "cutout"]))]
    assert float(found[0]["d/a"]) != float(found[1]["d/a"])
    for name in found[1]:
        assert float(found[1][name]) == float(found[2][name])


def test_the_penalty_looks_at_changed_images_too():
    found = [trainer(a, penalty=r1r2_penalty).iterate(tf.constant(0), batch())["penalty/a"]
             for a in (None, Augmentation(["cutout"]))]
    assert np.isfinite(found).all() and float(found[0]) != float(found[1])


def test_the_channels_of_a_label_stay_as_they_are():
    made, images = trainer(Augmentation(["cutout"]), classes=4), tf.ones((3, 8, 8, 7))
    from framework.random import Random
    changed = made.augmented(images, Random(0, 0))
    np.testing.assert_array_equal(changed[..., 3:], 1.0)
    assert np.any(changed[..., :3] == 0)
    terms = made.iterate(tf.constant(0), batch(classes=4))
    assert np.isfinite([float(value) for value in terms.values()]).all()


def test_the_probability_follows_the_discriminators():
    adaptive = Augmentation(["color"], target=0.6)
    assert float(adaptive.probability) == 0
    up = tf.constant([[1.0], [2.0], [3.0], [4.0]])
    adaptive.follow(up, -up, relative=False)
    assert float(adaptive.probability) == pytest.approx(4 / RISE_IMAGES)
    adaptive.follow(-up, up, relative=False)
    adaptive.follow(-up, up, relative=False)
    assert float(adaptive.probability) == 0                     # never below
    adaptive.follow(up, up + 9, relative=True)
    assert float(adaptive.probability) == 0
    adaptive.follow(up - 100, up - 110, relative=True)
    assert float(adaptive.probability) == pytest.approx(4 / RISE_IMAGES)
    fixed = Augmentation(["color"], 0.5)
    fixed.follow(up, -up, relative=False)
    assert float(fixed.probability) == 0.5


def test_the_probability_is_part_of_a_checkpoint():
    adaptive = Augmentation(["color"], target=0.6)
    assert trainer(adaptive).state()["augmentation"] == [adaptive.probability]
    assert "augmentation" not in trainer(None).state()


def test_a_picture_of_what_it_does(tmp_path, capsys):
    path = tmp_path / "a.png"
    assert main(["augment-preview", "glyph2street", "--output", str(path), "--count", "5",
                 "--augment", "translation,cutout"]) == 0
    picture = cv2.imread(str(path))
    rows = np.array_split(picture, 10)
    contrasts = [float(row.std()) for row in rows]
    assert min(contrasts) > 10
    assert sum(np.array_equal(rows[0], row) for row in rows[1:5]) == 0
    assert "4 rows changed by translation, cutout" in capsys.readouterr().out


@pytest.mark.parametrize("words, line", [
    (["ring"], "ring holds points"), (["glyph", "--augment", "colour"], "did you mean 'color'")])
def test_mistakes_are_one_line(tmp_path, capsys, words, line):
    assert main(["augment-preview", *words, "--output", str(tmp_path / "a.png")]) == 2
    assert line in capsys.readouterr().err and not list(tmp_path.iterdir())
