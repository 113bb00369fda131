"""The three distances of chapter 5, its baseline and the floor."""

import numpy as np
import pytest

from metrics.protocol import PairDistances
from metrics.streams import comparisons


def distance(a, b):
    """Mean difference of two images [B, 1, 1, 1]."""
    return np.abs(a - b).mean((1, 2, 3))


distance.name = "difference"
STREAMS = ("generated a", "generated b", "real a", "real b", "other real a", "other real b")
ROWS = {name: np.random.default_rng(k).normal(size=(11, 1, 1, 1)) for k, name in
        enumerate(STREAMS)}
DISTINCT = {name: 11 for name in STREAMS}


def measured(distinct=DISTINCT, size=4, keep=2):
    measure = PairDistances(distance, comparisons(["a", "b"]), distinct, keep)
    for i in range(0, 11, size):
        measure.add({name: rows[i:i + size] for name, rows in ROWS.items()})
    return measure


@pytest.mark.parametrize("size", [4, 11])
def test_every_comparison_is_the_mean_over_its_pairs(size):
    for row in measured(size=size).results():
        values = np.abs(ROWS[row.compared.left] - ROWS[row.compared.right]).ravel()
        assert row.value == pytest.approx(values.mean())
        assert row.error == pytest.approx(values.std(ddof=1) / np.sqrt(11))
        assert (row.count, row.by, row.note) == (11, "difference", "")


def test_the_most_and_least_alike_pairs_are_kept():
    [(compared, extremes)] = measured().extremes.items()
    a, b = ROWS[compared.left].ravel(), ROWS[compared.right].ravel()
    order = np.argsort(np.abs(a - b))
    assert compared.kind == "pair"
    assert [pair[0].item() for _, pair in extremes.lowest] == a[order[:2]].tolist()
    assert [pair[1].item() for _, pair in extremes.highest] == b[order[::-1][:2]].tolist()


def test_repeats_are_told_and_a_single_image_has_no_floor():
    rows = {str(r.compared): r for r in measured(
        DISTINCT | {"real a": 1, "other real a": 0}).results()}
    assert len(rows) == 8
    assert rows["generated b | real a"].note == "1 different"
    assert rows["generated b | real b"].note == ""
    floor = rows["real a | other real a"]
    assert np.isnan(floor.value) and floor.note == "needs two images or more"
