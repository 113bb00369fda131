"""An update of a CycleGAN against one by hand on linear nets, and runs from the command line."""

import json
from typing import Any

import cv2
import keras
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from data.decode import decode
from framework.checkpoint_files import found_checkpoints
from framework.pixels import to_unit
from framework.random import Random
from losses.adversarial import LOSSES, LeastSquares
from losses.kernels import KERNELS
from losses.mmd import MMD
from penalties.gradient import gradient_penalty
from trainers.cyclegan import CycleTrainer
from trainers.domains import load_domains
from trainers.image_pool import ImagePool
from trainers.translators import PairTranslator, Translators

RATE = {"translators": 0.1, "discriminators": 0.05}
WEIGHTS = {"adversarial_weight": 2.0, "cycle_weight": 3.0, "identity_weight": 0.7}
SIDE = 4


class Halved:
    """In the place of a pool: what is shown is not what was made."""

    variables = ()

    def __call__(self, images, random):
        return 0.5 * images


def linear(weight, bias) -> Any:
    net = keras.Sequential([keras.Input((SIDE, SIDE, 1)), keras.layers.Conv2D(1, 1)])
    net.set_weights([np.full((1, 1, 1, 1), weight), np.array([bias])])
    return net


def linear_trainer(translators, critics, loss=None, pools=None, **settings):
    shown: Any = pools or [Halved(), Halved()]
    return CycleTrainer(
        ["x", "y"], [linear(*each) for each in translators], [linear(*each) for each in critics],
        pools=shown, loss=loss or LeastSquares(),
        g_optimizer=keras.optimizers.SGD(RATE["translators"]),
        d_optimizer=keras.optimizers.SGD(RATE["discriminators"]), **WEIGHTS, **settings)


def numbers_in(nets):
    """Weight and bias of each net in turn."""
    return np.concatenate([part.ravel() for net in nets for part in net.get_weights()])


def slope(function, at, step=1e-6):
    """Central differences of a function of a list of numbers."""
    units = step * np.eye(len(at))
    return np.array([(function(at + unit) - function(at - unit)) / (2 * step) for unit in units])


def of_translators(numbers, critics, x, y):
    """What both translators minimise; numbers: weight and bias of that to x, then of that to y."""
    def to_x(images):
        return numbers[0] * images + numbers[1]

    def to_y(images):
        return numbers[2] * images + numbers[3]
    judged = [np.mean((c * made + e - 1) ** 2) / 2
              for (c, e), made in zip(critics, (to_x(y), to_y(x)), strict=True)]
    cycles = np.mean(abs(to_x(to_y(x)) - x)) + np.mean(abs(to_y(to_x(y)) - y))
    kept = np.mean(abs(to_x(x) - x)) + np.mean(abs(to_y(y) - y))
    return 2.0 * sum(judged) + 3.0 * cycles + 0.7 * kept


def of_discriminators(numbers, shown, real):
    return sum((np.mean((c * x + e - 1) ** 2) + np.mean((c * made + e) ** 2)) / 2
               for (c, e), made, x in zip(np.reshape(numbers, (2, 2)), shown, real, strict=True))


@pytest.mark.parametrize("steps", [1, 2])
def test_an_iteration_is_the_step_by_hand(steps):
    """The translators step along the last batch; then the discriminators, with images that the
    translators made before, as the pool shows them."""
    x, y = np.random.default_rng(0).uniform(-1, 1, (2, steps, 3, SIDE, SIDE, 1))
    translators, critics = [(0.8, 0.1), (-0.6, 0.2)], [(0.5, -0.1), (0.9, 0.3)]
    trainer = linear_trainer(translators, critics, discriminator_steps=steps)
    terms = trainer.iterate(tf.constant(0), [each.astype("float32") for each in (x, y)])

    numbers, judges = np.ravel(translators), np.ravel(critics)
    wanted = numbers - RATE["translators"] * slope(
        lambda at: of_translators(at, critics, x[-1], y[-1]), numbers)
    np.testing.assert_allclose(numbers_in(trainer.translators), wanted, atol=1e-5)
    assert np.abs(wanted - numbers).min() > 1e-3
    for step in range(steps):
        shown = 0.5 * (0.8 * y[step] + 0.1), 0.5 * (-0.6 * x[step] + 0.2)
        judges = judges - RATE["discriminators"] * slope(
            lambda at, shown=shown, step=step: of_discriminators(at, shown, (x[step], y[step])),
            judges)
    np.testing.assert_allclose(numbers_in(trainer.discriminators), judges, atol=1e-5)
    assert float(terms["cycle/x"]) == pytest.approx(
        np.mean(abs(0.8 * (-0.6 * x[-1] + 0.2) + 0.1 - x[-1])), rel=1e-4)
    assert float(terms["identity/y"]) == pytest.approx(np.mean(abs(-0.6 * y[-1] + 0.2 - y[-1])),
                                                       rel=1e-4)


def test_to_a_loss_of_samples_every_patch_is_one():
    """MMD's rows are the features of patches, and a penalty sees an image's mean over them."""
    x, y = np.random.default_rng(1).uniform(-1, 1, (2, 1, 2, SIDE, SIDE, 1)).astype("float32")
    random = Random(0, 0)
    critics: list[Any] = [keras.Sequential([
        keras.Input((SIDE, SIDE, 1)), keras.layers.Conv2D(2, 3)]) for _ in "xy"]
    trainer = CycleTrainer(
        ["x", "y"], [linear(0.8, 0.1), linear(-0.6, 0.2)], critics, loss=MMD(KERNELS["gaussian"]()),
        pools=[ImagePool(0, (SIDE, SIDE, 1))] * 2, g_optimizer=keras.optimizers.SGD(0.0),
        d_optimizer=keras.optimizers.SGD(0.0), penalty=gradient_penalty)
    rows = trainer.score(critics[0], tf.constant(x[0]), random)
    np.testing.assert_array_equal(rows, critics[0](x[0]).numpy().reshape(-1, 2))
    np.testing.assert_allclose(trainer.critic(critics[0])(x[0]),
                               critics[0](x[0]).numpy().mean((1, 2)), rtol=1e-5, atol=1e-7)
    terms = trainer.iterate(tf.constant(0), (x, y))
    assert all(np.isfinite(float(value)) for value in terms.values())
    assert {"penalty/x", "penalty/y"} < set(terms)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "mmd"])
def test_every_loss_of_scores_moves_all_nets(name):
    x, y = np.random.default_rng(2).uniform(-1, 1, (2, 1, 2, SIDE, SIDE, 1)).astype("float32")
    trainer = linear_trainer([(0.8, 0.1), (-0.6, 0.2)], [(0.47, -0.1), (0.91, 0.3)], LOSSES[name]())
    before = [v.numpy() for v in (*trainer.g_variables, *trainer.d_variables)]
    terms = trainer.iterate(tf.constant(0), (x, y))
    assert set(terms) == {f"{kind}/{name}" for kind in ("d", "g", "cycle", "identity")
                          for name in "xy"}
    moved = [np.abs(v.numpy() - old).max() for v, old in zip(
        (*trainer.g_variables, *trainer.d_variables), before, strict=True)]
    # A bias of a discriminator moves only where the loss is no difference of scores.
    assert min(moved[:4]) > 1e-4 and max(moved[4], moved[6]) > 1e-4


FLAGS = ["--gan_type", "cyclegan", "--preset", "none", "--dataset", "glyph2negative",
         "--image_size", "8", "--width", "0.03", "--blocks", "1", "--patch_halvings", "1",
         "--batch_size", "2", "--limit_data", "20", "--pool", "3", "--jitter", "1", "--schedule",
         "2", "--schedule_after", "2", "--schedule_shape", "line", "--checkpoint_every", "2",
         "--sample_every", "6", "--sample_columns", "3", "--no_tensorboard", "--compile", "none"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run of two iterations."""
    folder = tmp_path_factory.mktemp("cyclegan") / "run"
    assert main([*FLAGS, "--run", str(folder), "--iterations", "2"]) == 0
    return folder


@pytest.fixture(scope="module")
def translators(run):
    return Translators(run)


def variables(run):
    reader = tf.train.load_checkpoint(str(found_checkpoints(run / "checkpoints")[0]))
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH" and "save_counter" not in name}


@pytest.mark.slow
def test_a_run_goes_on_as_if_it_had_not_stopped(tmp_path):
    """The pool holds three images of two each iteration, so that it matters before and after."""
    run, unbroken = tmp_path / "run", tmp_path / "unbroken"
    assert main([*FLAGS, "--run", str(unbroken), "--iterations", "6"]) == 0
    assert main([*FLAGS, "--run", str(run), "--iterations", "4"]) == 0
    assert main(["--run", str(run), "--iterations", "6"]) == 0
    a, b = variables(unbroken), variables(run)
    assert a.keys() == b.keys() and any(name.startswith("pools/") for name in a)
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], err_msg=name)
    lines = (run / "losses.csv").read_text()
    assert lines == (unbroken / "losses.csv").read_text()
    assert (run / "samples" / "000006.png").read_bytes() == (
        unbroken / "samples" / "000006.png").read_bytes()


@pytest.fixture
def pictures(tmp_path):
    """Four images in a folder; the last belongs to the second domain."""
    folder = tmp_path / "given"
    folder.mkdir()
    for k in range(4):
        image = np.full((8, 8, 3), 255 * (k == 3), np.uint8)
        cv2.circle(image, (4, 4), 1 + k, (128, 128, 128), 1)
        cv2.imwrite(str(folder / f"{k}.png"), image)
    return folder


def test_translate_takes_one_pass_through_the_translators(run, pictures, tmp_path, capsys):
    words = ["translate", str(run), str(pictures), "--from", "glyph", "--output",
             str(tmp_path / "out"), "--no_report"]
    assert main(words) == 0
    net: Any = keras.models.load_model(run / "models" / "glyph_to_glyph_negative.keras")
    back: Any = keras.models.load_model(run / "models" / "glyph_negative_to_glyph.keras")
    given = to_unit(np.stack([decode(pictures / f"{k}.png") for k in range(4)]))
    there = net(given, training=False).numpy()
    for name, made in (("glyph_negative", there),
                       ("glyph", back(there, training=False).numpy())):
        for k, image in enumerate(made):
            stored = to_unit(decode(tmp_path / "out" / name / f"{k}.png"))
            np.testing.assert_allclose(stored, image, atol=1.01 / 127.5)
    said = capsys.readouterr().out
    assert "of glyph," in said and "4 images" in said
    assert main([*words[:3], "--starts", "2"]) == 2
    assert "translates in one pass" in capsys.readouterr().err


def test_without_a_domain_that_is_taken_from_which_an_image_returns_best(translators):
    images = np.random.default_rng(3).uniform(-1, 1, (5, 8, 8, 3)).astype("float32")
    lost = np.stack([np.square(translators.there_and_back(k, images)[1] - images).mean((1, 2, 3))
                     / images.var((1, 2)).mean(-1) for k in (0, 1)])
    found = PairTranslator(translators, [0, 1])(images)
    np.testing.assert_array_equal(found.source, lost.argmin(0))
    np.testing.assert_allclose(found.unmatched, lost.min(0), rtol=1e-4)
    passes = [translators.there_and_back(k, images) for k in (0, 1)]
    for n, k in enumerate(found.source):
        there, back = passes[k]
        np.testing.assert_array_equal(found.images[1 - k][n], there[n])
        np.testing.assert_array_equal(found.images[k][n], back[n])


@pytest.mark.slow
def test_evaluate_compares_translations_with_the_data(run, translators, capsys):
    assert main(["evaluate", str(run), "--samples", "20", "--metrics", "swd", "--extractor",
                 "pixels"]) == 0
    report = json.loads((run / "metrics.json").read_text())
    rows = {(row["metric"], row["compared"]): row["value"] for row in report["results"]}
    assert ("swd", "generated glyph | real glyph") in rows
    images = to_unit(load_domains(translators.config)[0].images[:])
    back = translators.there_and_back(0, images)[1]
    assert rows["cycle error", "returned glyph"] == pytest.approx(np.abs(back - images).mean(),
                                                                  rel=1e-3)
    assert main(["evaluate", str(run), "--blind_sheet"]) == 2
    assert main(["evaluate", str(run), "--metrics", "pairing"]) == 2
    assert "pairing is of what is drawn from latents" in capsys.readouterr().err


@pytest.mark.slow
def test_sample_shows_held_out_images_above_their_translations(run, tmp_path, capsys):
    assert main(["sample", str(run), "--count", "3", "--output", str(tmp_path / "a.png")]) == 0
    assert "3 images of each of glyph, glyph_negative" in capsys.readouterr().out
    assert decode(tmp_path / "a.png").shape[0] == 4 * 64    # rows of 8 pixels, eight times as large
    assert main(["sample", str(run), "--truncation", "0.5"]) == 2
    assert "draws none from latents" in capsys.readouterr().err


@pytest.mark.parametrize("words, message", [
    (["--domains", "glyph,glyph_edge,glyph_negative"], "has two domains, not 3"),
    (["--dataset", "glyph"], "couples at least two domains"),
    (["--domains", "ring,grid25"], "a cyclegan translates images, and ring holds points"),
    (["--dataset", "glyph2edge", "--image_size", "30", "--limit_data", "9"],
     "multiples of 4 from 8 on, not 30 x 30"),
    (["--dataset", "glyph2edge", "--discriminator", "digit"], "discriminator belongs to"),
])
def test_what_it_cannot_be_is_refused_in_one_line(words, message, tmp_path, capsys):
    assert main(["--gan_type", "cyclegan", "--preset", "none", "--run", str(tmp_path / "run"),
                 *words]) == 2
    said = capsys.readouterr().err
    assert message in said and said.strip().count("\n") == 0 and not (tmp_path / "run").exists()
