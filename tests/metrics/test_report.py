"""Tables for the eye and JSON for programs."""

import json
import math

import pytest

from metrics.report import (
    Result,
    format_number,
    format_results,
    metric_title,
    save_report,
    text_table,
)
from metrics.streams import Comparison

PAIR = Comparison("pair", "generated a", "generated b")
OWN = Comparison("own", "generated a", "real a")
RESULTS = [Result("lpips", PAIR, 0.25, 0.01, 30, "LPIPS (alex, v0.1)"),
           Result("lpips", OWN, 0.5, 0.02, 30, "LPIPS (alex, v0.1)", "7 different"),
           Result("kid", PAIR, -0.0012, 0.0003, 20, "pixels"),
           Result("kid", OWN, by="pixels", note="needs two images or more"),
           Result("confidence", "generated a", 0.75, count=30, by="judge")]


def test_a_row_for_each_comparison_and_a_column_for_each_metric():
    lines = format_results(RESULTS).splitlines()
    assert lines[0].split() == ["of", "LPIPS", "kernel", "n"]
    assert lines[1].split("  ")[0] == "generated a | generated b"
    assert "0.2500 +- 0.0100" in lines[1] and "-0.0012 +- 0.0003" in lines[1]
    assert lines[1].endswith("30, 20") and lines[2].split()[-2:] == ["-", "30"]
    assert lines[4].split() == ["of", "confidence", "n"]
    assert lines[5].split() == ["generated", "a", "0.7500", "30"]
    assert lines[7:] == ["by LPIPS (alex, v0.1): LPIPS", "by pixels: kernel",
                         "by judge: confidence", "generated a | real a: 7 different (LPIPS)",
                         "generated a | real a: needs two images or more (kernel)"]


def test_columns_stand_below_their_heads():
    lines = format_results(RESULTS).splitlines()[:3]
    assert lines[0].index("kernel") == lines[1].index("-0.0012") == lines[2].rindex("-")


@pytest.mark.parametrize("metric, by, expected", [
    ("fid", "Inception V3 of Keras", "FID"), ("fid", "pixels", "Frechet"),
    ("kid", "Inception V3 of Keras", "KID"), ("kid", "random Inception V3", "kernel"),
    ("lpips", "LPIPS (vgg, v0.1)", "LPIPS"),
    ("lpips", "perceptual-distance (random vgg)", "perceptual-distance"),
    ("recall", "pixels", "recall")])
def test_only_the_published_nets_give_the_published_names(metric, by, expected):
    assert metric_title(Result(metric, PAIR, by=by)) == expected


def test_json_leaves_out_what_is_not_there(tmp_path):
    save_report(tmp_path / "m.json", {"results": [r.as_dict(seed=3) for r in RESULTS]})
    found = json.loads((tmp_path / "m.json").read_text())["results"]
    assert found[0] == {"metric": "lpips", "compared": "generated a | generated b", "kind": "pair",
                        "value": 0.25, "error": 0.01, "count": 30, "by": "LPIPS (alex, v0.1)",
                        "seed": 3}
    assert "value" not in found[3] and found[3]["note"] == "needs two images or more"
    assert "kind" not in found[4]


@pytest.mark.parametrize("value, text", [
    (0.12345, "0.1235"), (-0.5, "-0.5000"), (12.345678, "12.35"), (math.nan, "-"), (0.0, "0.0000")])
def test_numbers(value, text):
    assert format_number(value) == text


def test_table_has_no_spaces_at_the_end():
    assert text_table(("a", "bb"), [("ccc", "")]) == "a    bb\nccc"
