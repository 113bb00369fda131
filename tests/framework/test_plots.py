"""Pictures hold what they should, where they should."""

import os

import cv2
import numpy as np
import pytest

from framework.errors import UserError
from framework.plots import loss_figure, loss_plot, save_png, scatter_picture, smoothed


def terms(rows):
    i = np.arange(rows)
    noise = np.random.default_rng(0).normal(size=(6, rows))
    return {"iteration": i, "d/a": noise[0], "d/b": noise[1], "penalty/a": abs(noise[2]),
            "g/a": i + noise[3], "feature": noise[4], "cycle": noise[5]}


def read(path):
    return cv2.imread(str(path))[..., ::-1]


def test_a_png_keeps_its_colours(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (4, 5, 3)).astype(np.uint8)
    save_png(tmp_path / "a.png", picture)
    np.testing.assert_array_equal(read(tmp_path / "a.png"), picture)
    assert os.listdir(tmp_path) == ["a.png"]


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(UserError, match="cannot write .*none"):
        save_png(tmp_path / "none" / "a.png", np.zeros((2, 2, 3), np.uint8))


def orange(picture):
    r, g, b = (picture[..., i].astype(int) for i in range(3))
    return (r > 200) & (r - b > 60) & (g < 200)


def greyish_blue(picture):
    return (abs(picture.astype(int) - (0xb9, 0xbe, 0xc6)) < 4).all(-1)


def test_a_scatter_has_its_points_where_they_are():
    picture = scatter_picture(np.array([[-1.0, -1.0]] * 5), np.array([[1.0, 1.0]] * 5))
    height, width, _ = picture.shape
    for mask, left, low in ((orange, True, True), (greyish_blue, False, False)):
        ys, xs = np.nonzero(mask(picture[height // 10:]))
        assert len(ys) > 4
        assert ((xs < width / 2) == left).all() and ((ys > 0.45 * height) == low).all()


def test_the_axes_do_not_move_with_the_points():
    data = np.random.default_rng(0).uniform(-1, 1, (50, 2))
    near, far = (scatter_picture(np.full((3, 2), x), data) for x in (0.1, 40.0))
    differing = (near != far).any(-1)
    assert 0 < differing.sum() < 0.001 * differing.size


def test_points_alone_make_a_picture():
    assert orange(scatter_picture(np.zeros((4, 2)))).sum() > 4


def test_a_loss_plot_has_a_panel_per_kind(tmp_path):
    loss_plot(tmp_path / "six.png", terms(500))
    loss_plot(tmp_path / "two.png", {k: v for k, v in terms(500).items()
                                     if k in ("iteration", "d/a", "d/b", "g/a")})
    six, two = read(tmp_path / "six.png"), read(tmp_path / "two.png")
    assert six.shape[0] == 2 * two.shape[0] and six.shape[1] == two.shape[1] * 3 // 2
    thirds = six.shape[1] // 3
    panels = [six[:six.shape[0] // 2, i * thirds:(i + 1) * thirds] for i in range(3)]
    panels += [six[six.shape[0] // 2:, i * thirds:(i + 1) * thirds] for i in range(3)]
    coloured = [(p.max(-1).astype(int) - p.min(-1) > 60).mean() for p in panels]
    assert all(share > 0.003 for share in coloured[:5])
    assert coloured[5] == 0


@pytest.mark.parametrize("rows", [1, 2, 3, 81])
def test_a_young_run_has_a_plot(tmp_path, rows):
    loss_plot(tmp_path / "a.png", terms(rows))
    picture = read(tmp_path / "a.png").astype(int)
    assert (picture.max(-1) - picture.min(-1) > 60).sum() > 20


def test_no_rows_make_no_plot(tmp_path):
    loss_plot(tmp_path / "a.png", {})
    loss_plot(tmp_path / "a.png", {"iteration": np.array([], int), "g": np.array([])})
    assert os.listdir(tmp_path) == []


def test_large_first_values_do_not_press_the_rest_into_a_line(tmp_path):
    values = np.sin(np.arange(1000) / 40)
    spiked = values.copy()
    spiked[:5] = -1e5
    pictures = []
    for name, curve in (("plain", values), ("spiked", spiked)):
        loss_plot(tmp_path / f"{name}.png", {"iteration": np.arange(1000), "g": curve})
        picture = read(tmp_path / f"{name}.png").astype(int)
        ys = np.nonzero((picture[..., 2] - picture[..., 0] > 60).any(1))[0]
        pictures.append(np.ptp(ys) / len(picture))
    assert pictures[0] > 0.5 and pictures[1] > 0.5


def panels(**columns):
    """The Axes of curves by the name of their kind and domain, `d__a` for d/a."""
    rows = len(next(iter(columns.values())))
    return loss_figure({"iteration": np.arange(rows)} | {
        name.replace("__", "/"): np.asarray(values) for name, values in columns.items()}).axes


FALLING = np.geomspace(10, 0.01, 400)


@pytest.mark.parametrize("scale, columns", [
    ("log", {"d": FALLING}),
    ("log", {"weighted__x": np.full(50, 300.0), "weighted__y": np.full(50, 0.5)}),
    ("linear", {"d": np.geomspace(10, 0.2, 400)}),                      # a factor of fifty
    ("linear", {"d": -FALLING}),
    ("linear", {"d": np.r_[0.0, FALLING[1:]]}),
    ("linear", {"d": np.r_[np.full(4, 1e5), np.full(796, 1.0)]}),       # a few at the start
    ("linear", {"d": np.r_[np.tile([1e-5, 1.0], 200)]})],               # the mean is what counts
    ids=["falling", "far apart", "within", "negative", "zero", "spiked", "noise"])
def test_values_of_many_powers_of_ten_have_a_logarithmic_axis(scale, columns):
    axes, = panels(**columns)
    assert (axes.get_yscale(), axes.get_xscale()) == (scale, "linear")


def test_a_logarithmic_axis_shows_all_but_the_utmost_values():
    axes, = panels(d=FALLING)
    low, high = axes.get_ylim()
    assert 0.005 < low < 0.0105 and 9 < high < 20


def test_one_panel_is_logarithmic_and_its_neighbour_is_not():
    assert [axes.get_yscale() for axes in panels(d=FALLING, g=1 + FALLING)] == ["log", "linear"]


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 700])
def test_iterations_are_whole_numbers(rows):
    axes, = panels(d=np.arange(1.0, rows + 1))
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert len(ticks) >= min(rows, 2) and all(tick == round(tick) for tick in ticks)


def test_names_stand_in_the_legend_as_they_are_and_long_ones_shortened():
    long = "a" * 30 + "z" * 30
    axes, = panels(**{"d__$x$": FALLING, "d___under": FALLING, f"d__{long}": FALLING})
    shown = [text.get_text() for text in axes.get_legend().get_texts()]
    assert shown == ["$x$", "_under", "aaaaaaaaaaaa…zzzzzzzzzzz"]
    assert not any(text.get_parse_math() for text in axes.get_legend().get_texts())


def test_letters_that_no_font_has_are_passed_over_in_silence(tmp_path, recwarn, capfd):
    loss_plot(tmp_path / "a.png", {"iteration": np.arange(3), "d/漢\ue0a9": np.arange(3.0)})
    assert (tmp_path / "a.png").stat().st_size > 2000
    assert not recwarn.list and capfd.readouterr() == ("", "")


def test_smoothing_is_the_mean_of_a_window():
    values = np.random.default_rng(0).normal(size=400)
    expected = [values[max(0, i - 5):i + 6].mean() for i in range(400)]
    np.testing.assert_allclose(smoothed(values), expected, atol=1e-12)
    np.testing.assert_allclose(smoothed(values[:20]), values[:20], atol=1e-12)


def test_monitors_have_panels_over_the_iterations_they_have(tmp_path):
    columns = terms(40)
    sparse = np.full(40, np.nan)
    sparse[9::10] = [0.1, 0.3, 0.2, 0.4]
    loss_plot(tmp_path / "none.png", {**columns, "monitor/kid/a": np.full(40, np.nan)})
    loss_plot(tmp_path / "some.png", {"iteration": columns["iteration"], "g": columns["g/a"],
                                      "monitor/kid (pixels)/a": sparse})
    assert read(tmp_path / "none.png").shape[0] == 2 * read(tmp_path / "some.png").shape[0]
    picture = read(tmp_path / "some.png").astype(int)
    right = picture[:, picture.shape[1] // 2:]
    assert (right.max(-1) - right.min(-1) > 60).sum() > 100


def test_a_picture_that_no_png_holds_is_refused(tmp_path):
    with pytest.raises(UserError, match="a PNG has 65535 a side at most"):
        save_png(tmp_path / "a.png", np.zeros((1, 70_000, 3), np.uint8))
    assert not any(tmp_path.iterdir())
