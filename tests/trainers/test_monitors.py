"""Monitors: what they measure, that they change nothing, and that a run goes on with them."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from framework.history import History
from metrics.kernel import kid
from metrics.wasserstein import sliced_wasserstein
from tests.trainers.untrained import untrained
from trainers import classifier
from trainers.monitors import Monitor

FLAGS = ["--gan_type", "scogan", "--dataset", "glyph2negative", "--preset", "none", "--generator",
         "quick", "--discriminator", "quick", "--width", "0.05", "--latent_dim", "4",
         "--batch_size", "4", "--limit_data", "30", "--no-tensorboard", "--compile", "none",
         "--no_sample_early"]
WATCH = ["--monitor", "kid,pair_agreement", "--monitor_every", "2"]
COLUMNS = ["monitor/kid (classifier)/glyph", "monitor/kid (classifier)/glyph_negative",
           "monitor/pair_agreement"]


def stand_in(images):
    return SimpleNamespace(domains=["a", "b"], sample=lambda z: [np.array(x) for x in images])


def flat(images):
    return np.reshape(images, (len(images), -1))


def test_distances_of_each_domain_and_agreement():
    rng = np.random.default_rng(0)
    images, real = (rng.normal(size=(2, 9, 2)) for _ in range(2))
    monitor = Monitor(("swd", "kid", "pair_agreement"), stand_in(images), None, real, flat,
                      "pixels", judge=lambda x: x)
    found = monitor()
    assert list(found) == ["monitor/swd (pixels)/a", "monitor/swd (pixels)/b",
                           "monitor/kid (pixels)/a", "monitor/kid (pixels)/b",
                           "monitor/pair_agreement"]
    for k, name in enumerate("ab"):
        assert found[f"monitor/kid (pixels)/{name}"] == pytest.approx(
            kid(images[k], real[k]).value)
        assert found[f"monitor/swd (pixels)/{name}"] == pytest.approx(
            sliced_wasserstein(images[k], real[k]))
    alike = np.mean(images[0].argmax(1) == images[1].argmax(1))
    assert found["monitor/pair_agreement"] == pytest.approx(alike)


def test_agreement_of_attributes():
    images = np.array([[[1, -1], [2, 3]], [[1, 1], [-2, 3]]])
    monitor = Monitor(("pair_agreement",), stand_in(images), None, images, flat, "pixels",
                      judge=lambda x: x, attributes=True)
    assert monitor() == {"monitor/pair_agreement": 0.5}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("monitors")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOGAN_CACHE", str(folder / "cache"))
        patch.setattr(classifier, "train_classifier", untrained)
        assert main([*FLAGS, *WATCH, "--iterations", "5", "--run", str(folder / "whole")]) == 0
        yield folder


def test_columns_are_filled_where_it_was_measured(place):
    found = History(place / "whole" / "losses.csv").read()
    assert list(found)[-3:] == COLUMNS and found["iteration"].tolist() == list(range(5))
    for name in COLUMNS:
        assert np.isfinite(found[name]).tolist() == [False, True, False, True, False]
    assert 0 <= found[COLUMNS[2]][1] <= 1
    assert np.isfinite(found["d/glyph"]).all()


@pytest.mark.slow
def test_a_resumed_run_measures_what_an_unbroken_one_does(place):
    run = place / "parts"
    assert main([*FLAGS, *WATCH, "--iterations", "3", "--run", str(run)]) == 0
    assert main(["--run", str(run), "--iterations", "5"]) == 0
    parts, whole = ((place / name / "losses.csv").read_text() for name in ("parts", "whole"))
    assert parts == whole


def test_measuring_changes_nothing_and_may_begin_and_end_later(place):
    run = place / "later"
    assert main([*FLAGS, "--iterations", "3", "--run", str(run)]) == 0
    assert main(["--run", str(run), "--iterations", "4", *WATCH]) == 0
    assert main(["--run", str(run), "--iterations", "5", "--monitor", ""]) == 0
    later, whole = (History(place / name / "losses.csv").read() for name in ("later", "whole"))
    for name in whole:
        expected = whole[name].astype(float)
        if name in COLUMNS:
            expected[1] = np.nan
        np.testing.assert_array_equal(later[name], expected)


def test_the_plot_has_a_panel_for_each_monitor(place):
    plot = cv2.imread(str(place / "whole" / "losses.png"))
    assert plot.shape[0] > 500 and plot.shape[1] > 1200      # d, g, kid above pair agreement
    assert plot[plot.shape[0] // 2:, :400].std() > 5


@pytest.mark.parametrize("flags, message", [
    (["--monitor", "kit"], "did you mean 'kid'"),
    (["--gan_type", "classifier", "--monitor", "kid"], "monitor belongs to --gan_type gan, cogan"),
    (["--gan_type", "gan", "--dataset", "glyph", "--monitor", "pair_agreement"], "is one"),
    (["--dataset", "horse2zebra", "--monitor", "pair_agreement"], "needs labelled images"),
    (["--monitor", "kid", "--monitor_every", "0"], "monitor_every must be at least 1"),
])
def test_mistakes(flags, message, capsys, tmp_path):
    assert main(["--preset", "none", *flags, "--run", str(tmp_path / "run")]) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_points_are_watched_without_a_judge(tmp_path):
    run = tmp_path / "ring"
    assert main(["--preset", "quick-ring", "--iterations", "2", "--monitor", "swd",
                 "--monitor_every", "2", "--no-tensorboard", "--run", str(run)]) == 0
    found = History(run / "losses.csv").read()["monitor/swd (pixels)/ring"]
    assert np.isfinite(found).tolist() == [False, True]
