"""`main.py fit-encoder`: it learns, goes on exactly, and serves translate."""

import json
import shutil

import numpy as np
import pytest

from commands.dispatch import main
from data.decode import decode
from framework.pixels import to_uint8, to_unit
from framework.plots import save_png
from tests.trainers.test_translate import new_run
from trainers import fitted_encoder
from trainers.fitted_encoder import encoder_of
from trainers.restore import Sampler


@pytest.fixture(scope="module", params=[[], ["--latent", "normal", "--conditional"]],
                ids=["uniform", "conditional"])
def run(request, tmp_path_factory):
    path = new_run(tmp_path_factory.mktemp("encoder") / "run", *request.param)
    assert encoder_of(Sampler(path)) is None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitted_encoder, "BATCH", 16)
        assert main(["fit-encoder", str(path), "--iterations", "120"]) == 0
    return path


def unmatched(sampler, encode, seed=9):
    """Of new pictures of each domain, the share of their variance that is left."""
    drawn = sampler(20, seed=seed)
    return [np.square(sampler.draw(encode(x, k))[k] - x).mean() / x.var((1, 2)).mean()
            for k, x in enumerate(drawn)]


def test_it_finds_latents_that_draw_the_image(run):
    sampler = Sampler(run)
    encode = encoder_of(sampler)
    inputs = encode(sampler(20, seed=9)[0], 0)
    assert inputs.shape == (20, 3 + sampler.classes)
    if sampler.classes:
        np.testing.assert_array_equal(np.sort(inputs[:, 3:], 1), [[0, 0, 1]] * 20)
    else:
        assert np.abs(inputs).max() <= 1
    wrong = [share for k, share in enumerate(unmatched(
        sampler, lambda images, k: np.roll(encode(images, k), 1, 0)))]
    for found, shuffled in zip(unmatched(sampler, encode), wrong, strict=True):
        assert 0 < found < 0.6 * shuffled


def test_a_command_that_was_stopped_goes_on_to_the_same_encoder(tmp_path, monkeypatch):
    monkeypatch.setattr(fitted_encoder, "KEPT_EVERY", 2)
    monkeypatch.setattr(fitted_encoder, "BATCH", 4)
    monkeypatch.setattr(fitted_encoder, "compiled", lambda function: function)
    whole = new_run(tmp_path / "whole")
    parts = shutil.copytree(whole, tmp_path / "parts")
    assert main(["fit-encoder", str(whole), "--iterations", "5"]) == 0
    step, count = fitted_encoder.EncoderTrainer.iterate, []

    def stop(self, iteration):
        count.append(1)
        if len(count) == 2:
            raise KeyboardInterrupt
        return step(self, iteration)
    monkeypatch.setattr(fitted_encoder.EncoderTrainer, "iterate", stop)
    assert main(["fit-encoder", str(parts), "--iterations", "5"]) == 130
    monkeypatch.setattr(fitted_encoder.EncoderTrainer, "iterate", step)
    assert main(["fit-encoder", str(parts), "--iterations", "3"]) == 0
    assert main(["fit-encoder", str(parts), "--iterations", "5"]) == 0
    images = np.random.default_rng(0).uniform(-1, 1, (4, 32, 32, 3)).astype("float32")
    a, b = (encoder_of(Sampler(path))(images, 1) for path in (whole, parts))
    np.testing.assert_array_equal(a, b)


def test_that_of_another_checkpoint_is_not_used(run, capsys):
    path = run / "encoder" / "fitted_to.json"
    kept = path.read_text()
    try:
        path.write_text(json.dumps({"checkpoint": 2}))
        assert encoder_of(Sampler(run)) is None
        assert "was fitted to iteration 2 of the run, which is at 3" in capsys.readouterr().out
        path.write_text("[")
        assert encoder_of(Sampler(run)) is None
    finally:
        path.write_text(kept)
    assert encoder_of(Sampler(run)) is not None


def test_translation_in_one_pass(run, tmp_path, capsys):
    save_png(tmp_path / "a.png", to_uint8(Sampler(run)(1, seed=4)[1][0]))
    given = ["translate", str(run), str(tmp_path / "a.png"), "--from", "glyph_edge",
             "--iterations", "0", "--output", str(tmp_path / "out")]
    assert main(given) == 0
    sampler = Sampler(run)
    image = to_unit(decode(tmp_path / "a.png"))[None]
    expected = sampler.draw(encoder_of(sampler)(image, 1))
    for name, drawn in zip(("glyph", "glyph_edge"), expected, strict=True):
        np.testing.assert_allclose(decode(tmp_path / "out" / name / "a.png").astype(int),
                                   to_uint8(drawn[0]), atol=1)
    bare = new_run(tmp_path / "bare")
    assert main(["translate", str(bare), str(tmp_path / "a.png"), "--iterations", "0"]) == 2
    assert "needs an encoder; fit-encoder makes one" in capsys.readouterr().err
