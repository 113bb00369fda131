"""`--gan_type vae` and `realnvp` from the command line to what is measured and drawn."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from commands.dispatch import main
from config.resolve import resolve
from data.domain import Domain
from framework.errors import UserError
from framework.random import Random
from metrics.choice import check_metrics, default_metrics
from trainers import held_out
from trainers.kinds import TRAINERS
from trainers.likelihood import NETS
from trainers.restore import Sampler

COMMON = ["--preset", "none", "--width", "0.05", "--batch_size", "4", "--limit_data", "30",
          "--compile", "none", "--no-tensorboard", "--no_sample_early", "--lr_g", "0.01"]
KINDS = {
    "vae": ["--gan_type", "vae", "--dataset", "glyph", "--generator", "quick", "--latent_dim", "3",
            "--ema", "0.5", "--conditional", *COMMON],
    "realnvp": ["--gan_type", "realnvp", "--dataset", "glyph", "--image_size", "8",
                "--flow_scales", "1", "--flow_couplings", "1", *COMMON],
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A run of each kind, of two iterations."""
    folder = tmp_path_factory.mktemp("likelihood")
    for kind, flags in KINDS.items():
        assert main([*flags, "--iterations", "2", "--run", str(folder / kind)]) == 0
    return folder


@pytest.mark.parametrize("kind, value", [("vae", "elbo"), ("realnvp", "log_likelihood")])
def test_evaluate_tells_the_likelihood_of_held_out_images(runs, kind, value, capsys):
    words = ["evaluate", str(runs / kind), "--metrics", "likelihood", "--samples", "25"]
    assert main(words) == 0
    report = json.loads((runs / kind / "metrics.json").read_text())
    found = {row["metric"]: row for row in report["results"]}
    size = np.prod(Sampler(runs / kind).image_shape)
    assert found["bits"]["value"] == pytest.approx(-found[value]["value"] / size / np.log(2))
    assert 0 < found["bits"]["value"] < 30 and found["bits"]["error"] > 0
    assert found[value]["count"] == 25 and found[value]["compared"] == "held-out glyph"
    if kind == "vae":
        assert found["elbo"]["value"] == pytest.approx(
            found["reconstruction"]["value"] - found["kl"]["value"], rel=1e-6)
    assert "bits per number" in capsys.readouterr().out


def test_other_runs_know_no_likelihood():
    with pytest.raises(UserError, match="knows no likelihood; vae and realnvp do"):
        check_metrics(["likelihood"], False, True, 1, "runs/x")
    assert default_metrics(True, False, 1, False, likelihood=True) == ("likelihood", "swd", "modes")


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_on_exactly(runs, kind, tmp_path):
    whole, parts = str(tmp_path / "whole"), str(tmp_path / "parts")
    assert main([*KINDS[kind], "--iterations", "3", "--run", whole]) == 0
    assert main([*KINDS[kind], "--iterations", "1", "--run", parts]) == 0
    assert main(["--run", parts, "--iterations", "3"]) == 0
    one, two = (Sampler(path)(6, seed=2)[0] for path in (whole, parts))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, Sampler(runs / kind)(6, seed=2)[0])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_draws_encodes_and_is_saved(runs, kind, tmp_path, capsys):
    run, images = runs / kind, Sampler(runs / kind)(5)[0]
    encode = held_out.own_encoder(Sampler(run))
    again = Sampler(run).draw(encode(images))[0]
    if kind == "realnvp":
        np.testing.assert_allclose(again, images, atol=1e-3)
    saved = keras.models.load_model(run / "models" / "generator_glyph.keras")
    inputs = Sampler(run).inputs(5, 0)
    np.testing.assert_allclose(saved(inputs), images, atol=1e-5)
    assert main(["sample", str(run), "--count", "4", "--output", str(tmp_path / "s.png")]) == 0
    assert main(["walk", str(run), "--rows", "2", "--columns", "3", "--output",
                 str(tmp_path / "w.png")]) == 0
    assert main(["sample", str(run), "--count", "3", "--images", str(tmp_path / "images")]) == 0
    assert main(["translate", str(run), str(tmp_path / "images"), "--iterations", "0", "--output",
                 str(tmp_path / "again")]) == 0
    assert len(list((tmp_path / "again" / "glyph").rglob("*.png"))) == 3
    assert main(["export", str(run), "--output", str(tmp_path / "exported")]) == 0
    names = {path.name for path in (tmp_path / "exported").iterdir()}
    assert names == {"generator_glyph.keras",
                     f"{'encoder' if kind == 'vae' else 'flow'}_glyph.keras"}
    capsys.readouterr()
    assert main(["explain", str(run)]) == 0
    assert "The generators minimise" in capsys.readouterr().out
    assert main(["fit-encoder", str(run)]) == 2
    assert "has an encoder of its own" in capsys.readouterr().err


def vae(*flags):
    config = resolve(["--gan_type", "vae", "--dataset", "ring", "--latent_dim", "2", *COMMON,
                      *flags])
    return NETS.find("vae")(config, (2,), 0)


def test_more_draws_are_the_mean_of_single_ones():
    """With a decoder that is told twice, and the noise of both, the bound is the mean of two."""
    one, two = vae(), vae("--vae_draws", "2")
    x = tf.random.stateless_normal((3, 2), (0, 1))
    mean, log_variance = one.distribution(x, None, False)
    noise = Random(0, 0).normal((6, 2))
    made = one.generator(tf.repeat(mean, 2, 0) + tf.exp(tf.repeat(log_variance, 2, 0) / 2) * noise)
    expected = one.log_probability(tf.repeat(x, 2, 0), made["image"]).numpy().reshape(3, 2).mean(1)
    found = two.rows(x, None, Random(0, 0), False)
    np.testing.assert_allclose(found["reconstruction"], expected, rtol=1e-5)
    assert not np.allclose(one.rows(x, None, Random(0, 0), False)["reconstruction"], expected)


def test_beta_weighs_the_divergence_and_sigma_is_learned_or_given():
    rows = {"reconstruction": tf.constant([4.0, 6.0]), "kl": tf.constant([1.0, 3.0])}
    assert float(vae().loss(rows)) == pytest.approx(-(5 - 2) / 2)
    assert float(vae("--vae_beta", "2").loss(rows)) == pytest.approx(-(5 - 4) / 2)
    fixed, learned = vae("--vae_sigma", "0.3"), vae()
    assert fixed.about() == "Gaussian, fixed sigma 0.3000 of [-1, 1]"
    assert len(learned.model.trainable_variables) == len(fixed.model.trainable_variables) + 1


@pytest.mark.slow
@pytest.mark.parametrize("kind, least", [("vae", 0.5), ("realnvp", 0.3)])
def test_points_become_likelier(kind, least):
    """Nats that a short training wins, of points of two far clusters."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 2)) * 0.1 + rng.choice([-1, 1], (200, 1))
    config = resolve(["--gan_type", kind, "--dataset", "ring", *COMMON[:2], "--batch_size", "50",
                      "--lr_g", "0.01", "--width", "0.2"])
    made = TRAINERS.find(kind)(config, (Domain("x", points.astype("float32"), None, None),))
    step = tf.function(made.trainer.iterate)
    value = f"{made.trainer.nets.value}/x"
    found = [float(step(tf.constant(i, tf.int64), made.batches(i))[value]) for i in range(60)]
    assert np.mean(found[-10:]) > np.mean(found[:3]) + least
    assert made.picture().ndim == 3
