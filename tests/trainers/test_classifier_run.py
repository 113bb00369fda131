"""`--gan_type classifier` as a run: what it keeps, draws and measures."""

import json

import keras
import numpy as np
import pytest

from config.resolve import resolve
from data.domain import Domain
from framework.errors import UserError
from trainers import classifier_run, train
from trainers import evaluation as evaluate
from trainers.classifier_run import (
    commonest_share,
    held_out_picture,
    misread_shares,
    report,
    underline,
)
from trainers.domains import load_domains


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """A run of 60 iterations on 200 glyphs and their negatives, of 16 pixels."""
    folder = tmp_path_factory.mktemp("classifier")
    flags = ["--gan_type", "classifier", "--dataset", "glyph2negative", "--image_size", "16",
             "--limit_data", "200", "--batch_size", "16", "--classifier", "quick", "--iterations",
             "60", "--no-tensorboard", "--run", str(folder / "run")]
    config = resolve(flags)
    train.main(config, load_domains(config))
    return config


def test_a_run_learns_measures_and_exports(config, tmp_path):
    run = tmp_path / config.experiment.run
    figures = json.loads((run / "metrics.json").read_text())["classifier"]
    assert list(figures) == ["glyph", "glyph_negative"]
    assert all(f["accuracy"] > 0.3 and f["held_out_images"] == f["trained_on_images"] == 200
               and 0.09 < f["always_the_commonest"] < 0.15 for f in figures.values())
    model = keras.saving.load_model(run / "models" / "classifier.keras", compile=False)
    glyphs = load_domains(config, "test")[0]
    assert 1 - np.mean(misread_shares(model, glyphs.images, glyphs.labels)) == pytest.approx(
        figures["glyph"]["accuracy"], abs=1e-4)
    assert (run / "samples" / "000060.png").is_file() and (run / "losses.png").is_file()


def test_evaluate_measures_the_same(config, tmp_path):
    path = tmp_path / config.experiment.run / "metrics.json"
    before = path.read_text()
    path.unlink()
    evaluate.main(config.experiment.run)
    assert path.read_text() == before


def test_evaluate_needs_a_checkpoint(config, tmp_path):
    with pytest.raises(UserError, match="no checkpoint yet"):
        classifier_run.evaluate_classifier(tmp_path, config)


def test_the_line_is_as_long_as_the_share_misread():
    images = np.zeros((3, 32, 8, 3), "float32")
    drawn = underline(images, np.array([0.0, 0.25, 1.0]))
    assert (drawn[:, :30] == 0).all() and (drawn[0] == 0).all()
    assert (drawn[1, 30:, :2] == classifier_run.RED).all() and (drawn[1, :, 2:] == 0).all()
    assert (drawn[2, 30:] == classifier_run.RED).all() and drawn.dtype == np.float32


def always(*logits):
    """A model that gives the same logits whatever it sees."""
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten(),
                              keras.layers.Dense(len(logits))])
    model.set_weights([np.zeros((192, len(logits))), np.array(logits)])
    return model


FACES = Domain("faces", np.full((4, 8, 8, 3), 127, np.uint8), np.array(
    [[1, 0], [1, 1], [0, 1], [1, 1]], "int32"), 2, ("Smiling", "Young"))


def test_attributes_are_measured_one_by_one(capsys):
    figures = report(always(1, -1), [FACES], [FACES])["classifier"]["faces"]
    assert figures["accuracy"] == 0.5 and figures["always_the_commonest"] == 0.75
    assert figures["attributes"] == {
        "Smiling": {"accuracy": 0.75, "always_the_commonest": 0.75},
        "Young": {"accuracy": 0.25, "always_the_commonest": 0.75}}
    assert "Young: 25.0 % (75.0 %)" in capsys.readouterr().out
    np.testing.assert_allclose(misread_shares(always(1, -1), FACES.images, FACES.labels),
                               [0, 0.5, 1, 0.5])


def test_commonest_class():
    assert commonest_share(Domain("a", FACES.images, np.array([2, 0, 2, 1]), 3)) == 0.5


def test_picture_of_fewer_images_than_places():
    picture = held_out_picture(always(1, -1), [FACES], 2, 3)()
    assert picture.shape == (2 * 64, 3 * 64, 3)
    red = (picture == [255, 0, 0]).all(-1)
    assert not red[:64, :64].any() and red[56:64, 64:96].all() and not red[:64, 96:128].any()
    assert red[56:64, 128:].all() and red[120:, :32].all() and not red[:, 32:64].any()
