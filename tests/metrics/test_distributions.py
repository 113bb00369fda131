"""Distances of sets, batch by batch, equal those of all rows at once."""

import numpy as np
import pytest

from metrics import distributions
from metrics.distributions import Distributions
from metrics.frechet import fid
from metrics.kernel import kid
from metrics.manifold import prdc
from metrics.streams import Comparison
from metrics.wasserstein import lower_bound, sliced_wasserstein

rng = np.random.default_rng(0)
ROWS = {name: (rng.normal(mean, 1, (40, 3))).astype("float32") for name, mean in
        (("generated a", 0.5), ("real a", 0), ("other real a", 0))}
OWN = Comparison("own", "generated a", "real a")
FLOOR = Comparison("floor", "real a", "other real a")
CROSS = Comparison("cross", "generated a", "real b")
ALL = ("fid", "kid", "swd", "prdc")


class Identity:
    name = "identity"

    def __init__(self):
        self.seen = 0

    def __call__(self, rows):
        self.seen += len(rows)
        return rows


def measured(metrics=ALL, distinct=None, compared=(OWN, FLOOR, CROSS), size=7):
    measure = Distributions(Identity(), metrics, compared,
                            distinct or dict.fromkeys([*ROWS, "real b"], 40), seed=5)
    for i in range(0, 40, size):
        measure.add({name: rows[i:i + size] for name, rows in ROWS.items()})
    return measure


def test_all_metrics_of_all_rows():
    x, y = ROWS["generated a"], ROWS["real a"]
    found = {r.metric: r for r in measured().results() if r.compared == OWN}
    assert found["fid"].value == pytest.approx(fid(x, y))
    assert found["kid"].value == pytest.approx(kid(x, y, seed=5).value)
    assert found["swd"].value == pytest.approx(sliced_wasserstein(x, y, seed=5))
    assert found["swd_bound"].value == pytest.approx(lower_bound(y, x, seed=5).value)
    for name, value in prdc(y, x).items():
        assert found[name].value == pytest.approx(value)
    assert {r.count for name, r in found.items() if name != "swd_bound"} == {40}
    assert found["swd_bound"].count == 20


def test_the_floor_is_measured_and_other_domains_are_not():
    rows = measured().results()
    assert {r.compared for r in rows} == {OWN, FLOOR}
    floor = {r.metric: r.value for r in rows if r.compared == FLOOR}
    assert floor["fid"] == pytest.approx(fid(ROWS["real a"], ROWS["other real a"]))


def test_both_sides_have_equally_many_and_no_repeats():
    found = {(r.metric, r.compared): r for r in measured(distinct={
        "generated a": 40, "real a": 12, "other real a": 6, "real b": 40}).results()}
    assert found["fid", OWN].count == found["kid", OWN].count == 12
    assert found["fid", OWN].value == pytest.approx(
        fid(ROWS["generated a"][:12], ROWS["real a"][:12]))
    assert found["fid", FLOOR].value == pytest.approx(
        fid(ROWS["real a"][:6], ROWS["other real a"][:6]))


def test_each_row_is_looked_at_once():
    measure = measured()
    assert measure.extractor.seen == 3 * 40


def test_what_is_kept_is_bounded_and_moments_are_not(monkeypatch):
    monkeypatch.setattr(distributions, "MAX_KEPT_ROWS", 15)
    measure = measured()
    assert {len(s.kept) for s in measure.sets.values()} == {15}
    found = {r.metric: r for r in measure.results() if r.compared == OWN}
    assert (found["kid"].count, found["fid"].count) == (15, 40)
    assert found["kid"].value == pytest.approx(
        kid(ROWS["generated a"][:15], ROWS["real a"][:15], seed=5).value)
    monkeypatch.setattr(distributions, "MAX_KEPT_BYTES", 4 * 3 * 9)
    assert {len(s.kept) for s in measured().sets.values()} == {9}


def test_wide_features_have_no_covariance(monkeypatch):
    monkeypatch.setattr(distributions, "MAX_COVARIANCE_WIDTH", 2)
    rows = measured(("fid", "kid")).results()
    assert all("too large a covariance" in r.note and np.isnan(r.value)
               for r in rows if r.metric == "fid")
    assert all(r.note == "" and np.isfinite(r.value) for r in rows if r.metric == "kid")


@pytest.mark.parametrize("count, ok", [(0, set()), (1, set()), (2, {"fid", "kid", "swd",
                                                                    "swd_bound"})])
def test_too_few_images_are_told(count, ok):
    rows = measured(distinct=dict.fromkeys([*ROWS, "real b"], count)).results()
    assert {r.metric for r in rows if r.note == ""} == ok
    notes = [r.note for r in rows if r.note]
    assert notes and all("needs" in note for note in notes)
