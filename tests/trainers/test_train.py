"""A small SCoGAN from its command line to its pictures, figures and exported nets."""

import csv
import json
from functools import partial
from types import SimpleNamespace

import cv2
import keras
import numpy as np
import pytest
from PIL import Image

from commands.dispatch import main
from framework.errors import UserError
from trainers import classifier, coupled, judge, train

FLAGS = ["--gan_type", "scogan", "--dataset", "glyph2negative", "--preset", "none", "--generator",
         "quick", "--discriminator", "quick", "--width", "0.1", "--latent_dim", "6",
         "--batch_size", "8", "--limit_data", "60", "--iterations", "6", "--sample_every", "3",
         "--sample_columns", "5", "--ema", "0.5", "--feature_weight", "1", "--cycle_weight", "1",
         "--semantic_weight", "1", "--balance_weight", "1", "--lr_g", "0.02", "--seed", "4"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scogan")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOGAN_CACHE", str(folder / "cache"))
        patch.setattr(classifier, "train_once", partial(classifier.train_once, iterations=3))
        patch.setattr(judge, "SETTINGS", dict.fromkeys(judge.SETTINGS, {"iterations": 3}))
        assert main([*FLAGS, "--run", str(folder / "run")]) == 0
        assert main(["sample", str(folder / "run"), "--count", "10", "--seed", "2"]) == 0
        assert main(["evaluate", str(folder / "run"), "--samples", "30"]) == 0
    return folder / "run"


def test_pictures_show_both_domains_and_move(run):
    pictures = [cv2.imread(str(run / "samples" / f"{i:06d}.png")) for i in (0, 3, 6)]
    drawn = [p[:, -5 * 64:] for p in pictures]
    assert all(5 * 64 < p.shape[1] < 8 * 64 for p in pictures)             # with a margin of names
    assert all(p[:64].std() > 1 and p[64:128].std() > 1 for p in drawn[1:])
    assert np.abs(pictures[0].astype(int) - pictures[2]).mean() > 1
    assert cv2.imread(str(run / "sample-2.png")).shape == pictures[0].shape


def test_grids_of_the_beginning_and_a_film_of_them(run):
    assert sorted(path.stem for path in (run / "samples").iterdir()) == [
        f"{i:06d}" for i in (0, 1, 2, 3, 6)]
    with Image.open(run / "progress.gif") as film:
        first = cv2.imread(str(run / "samples" / "000000.png"))
        assert (film.n_frames, film.size) == (5, (first.shape[1], first.shape[0]))
        shown = np.asarray(film.convert("RGB"), float)
        film.seek(4)
        assert film.info["duration"] == 2000
        last = np.asarray(film.convert("RGB"), float)
    wanted = cv2.imread(str(run / "samples" / "000006.png"))[..., ::-1]
    assert 1.5 * np.abs(last - wanted).mean() < np.abs(shown - wanted).mean() < 20


def test_every_term_is_in_the_table(run):
    with open(run / "losses.csv") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["iteration"]) for row in rows] == list(range(6))
    terms = {"feature", "cycle", "semantic", "balance"}
    assert set(rows[0]) == {"iteration", "d/glyph", "d/glyph_negative", "g/glyph",
                            "g/glyph_negative", *terms, *(f"weighted/{t}" for t in terms)}
    assert all(np.isfinite(float(value)) for row in rows for value in row.values())


def test_exported_nets_are_those_that_samples_come_from(run):
    joint = keras.saving.load_model(run / "models" / "generators.keras")
    single = keras.saving.load_model(run / "models" / "generator_glyph_negative.keras")
    z = np.linspace(-1, 1, 12, dtype="float32").reshape(2, 6)
    images = joint(z)[1]["image"]
    assert images.shape == (2, 32, 32, 3)
    np.testing.assert_allclose(single(z), images, atol=1e-6)
    encoder = keras.saving.load_model(run / "models" / "cycle.keras")
    assert encoder(images).shape == (2, 6)


def test_evaluation_names_judge_samples_and_seed(run):
    report = json.loads((run / "metrics.json").read_text())
    assert 0 <= report["pair_agreement"] <= 1 and 0 <= report["classes_present"] <= 10
    assert (report["samples"], report["seed"]) == (30, 1)
    assert report["judge"]["seed"] == judge.JUDGE_SEED + 4
    for shares in report["class_shares"].values():
        assert sum(shares) == pytest.approx(1, abs=1e-3)


def test_a_table_for_other_images_names_those_that_fit(run, capsys):
    flags = [*FLAGS, "--run", str(run.parent / "other")]
    flags[flags.index("quick")] = "face128"
    assert main(flags) == 2
    said = capsys.readouterr().err
    assert "face128" in said and "quick" in said and said.count("\n") == 1
    assert not (run.parent / "other").exists()


def test_batch_norm_under_a_penalty_is_refused(run, capsys):
    flags = [*FLAGS, "--disc_penalty", "wgan-gp", "--discriminator_norm", "table", "--run",
             str(run.parent / "other")]
    assert main(flags) == 2
    assert "discriminator_norm layer" in capsys.readouterr().err
    assert not (run.parent / "other").exists()


def test_class_frequencies_are_the_mean_of_the_domains():
    domains = [SimpleNamespace(labels=np.array(labels), classes=3, attributes=None)
               for labels in ([0, 0, 1, 2], [1, 1, 1, 1])]
    np.testing.assert_allclose(coupled.class_frequencies(domains), [0.25, 0.625, 0.125])


def test_few_images_are_told_before_anything_is_trained(tmp_path, monkeypatch, capsys):
    def stop(config, domains):
        raise UserError("no further")
    monkeypatch.setattr(train, "learned_domains", stop)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cats").mkdir()
    for i in range(3):
        cv2.imwrite(f"cats/{i}.png", np.full((9, 9, 3), 80 * i, np.uint8))
    assert main(["--gan_type", "gan", "--dataset", "folder:cats"]) == 2
    out = capsys.readouterr().out
    assert out.endswith("cats: 3 of 64 x 64 x 3\nfew images (cats has 3): python main.py check "
                        "folder:cats tells more\n")
    main(["--gan_type", "gan", "--dataset", "folder:cats", "--limit_data", "3"])
    assert capsys.readouterr().out.endswith("cats: 3 of 64 x 64 x 3\n")
