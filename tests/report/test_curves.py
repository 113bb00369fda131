"""Curves for a page: few points, nothing lost from sight."""

import json

import numpy as np
import pytest

from report.curves import thinned


def test_short_logs_are_kept_whole():
    columns = {"iteration": np.arange(4), "d/a": np.array([1.0, 2, 3, 4]),
               "d/b": np.array([2.0, 2, 2, 2]), "feature": np.array([0.5, 0.25, np.nan, 1])}
    first, second = thinned(columns)
    assert (first["kind"], first["x"]) == ("d", [0, 1, 2, 3])
    assert [s["name"] for s in first["series"]] == ["a", "b"]
    assert first["series"][0]["mean"] == first["series"][0]["high"] == [1, 2, 3, 4]
    assert second["series"][0]["name"] == "feature"
    assert second["series"][0]["mean"] == [0.5, 0.25, None, 1]
    assert second["series"][0]["low"][2] is None


def test_long_logs_keep_every_extreme():
    values = np.random.default_rng(0).normal(size=10_001)
    values[7777] = 99
    (chart,) = thinned({"iteration": np.arange(0, 100_010, 10), "g/a": values}, most=100)
    series = chart["series"][0]
    assert len(chart["x"]) <= 100 and chart["x"][-1] == 100_000
    assert max(series["high"]) == 99 and min(series["low"]) == pytest.approx(values.min(), rel=1e-4)
    bins = np.array_split(values[:101], 1)[0]
    assert series["mean"][0] == pytest.approx(bins.mean(), rel=1e-3)
    assert len(json.dumps(chart)) < 5000


def test_monitors_keep_the_rows_that_they_stand_in():
    kid = np.array([np.nan, 1, np.nan, 2, 3, np.nan])
    columns = {"iteration": np.arange(6), "monitor/kid/a": kid,
               "monitor/none": np.full(6, np.nan)}
    (chart,) = thinned(columns)
    assert (chart["kind"], chart["monitor"], chart["x"]) == ("kid", True, [1, 3, 4])
    assert chart["series"][0]["mean"] == [1, 2, 3]


def test_no_log_no_charts():
    assert thinned({}) == [] and thinned({"iteration": np.array([], int)}) == []
