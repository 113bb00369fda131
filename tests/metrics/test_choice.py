"""What may be asked for, and of which runs."""

import pytest

from framework.errors import UserError
from metrics.choice import check_metrics, default_metrics, needs_classifier, parse_names


def test_names_with_commas():
    assert parse_names(" fid,kid ,fid") == ("fid", "kid") and parse_names("") == ()
    with pytest.raises(UserError, match="unknown metric 'lpip'; did you mean 'lpips'"):
        parse_names("fid,lpip")


@pytest.mark.parametrize("case, expected", [
    ((True, True, 1, True), ("swd", "modes")),
    ((False, True, 2, False), ("pair_agreement", "confidence", "kid", "diversity", "copies")),
    ((False, True, 1, False), ("confidence", "kid", "diversity", "copies")),
    ((False, False, 2, False), ("kid", "diversity", "copies")),
    ((False, False, 2, True), ("lpips", "kid", "diversity", "copies"))])
def test_what_is_measured_unasked_is_possible(case, expected):
    assert default_metrics(*case) == expected
    check_metrics(expected, *case[:3], "x")


@pytest.mark.parametrize("metric, points, labelled, domains, message", [
    ("lpips", True, False, 1, "points"), ("copies", True, False, 1, "points"),
    ("confidence", True, False, 1, "points"),
    ("modes", False, True, 1, "draws images"), ("pair_agreement", False, True, 1, "one domain"),
    ("pairing", False, True, 1, "one domain"), ("pairing", True, False, 2, "draws points"),
    ("confidence", False, False, 2, "labelled"), ("pair_agreement", False, False, 2, "labelled")])
def test_what_a_run_has_nothing_for(metric, points, labelled, domains, message):
    with pytest.raises(UserError, match=message):
        check_metrics(("kid", metric), points, labelled, domains, "x")


@pytest.mark.parametrize("metrics, extractor, expected", [
    (("kid",), "classifier", True), (("kid",), "pixels", False), (("lpips",), "classifier", False),
    (("confidence",), "pixels", True)])
def test_whether_a_judge_is_needed(metrics, extractor, expected):
    assert needs_classifier(metrics, extractor) is expected
