"""The objective of a run as formulas."""

import pytest
from latex2mathml.converter import convert

from config.resolve import resolve
from losses.adversarial import LOSSES
from penalties.couplings import COUPLINGS
from penalties.gradient import GRADIENT_SCALES, PENALTIES
from report.objective import ROOT, formula_of, number, place_of, terms_of, whence

PAIR = ["--gan_type", "scogan", "--preset", "none", "--dataset", "glyph2edge"]


def named(*flags):
    return {(term.name, term.player): term for term in terms_of(resolve([*PAIR, *flags]))}


@pytest.mark.parametrize("registry, count", [(LOSSES, 2), (PENALTIES, 1), (GRADIENT_SCALES, 1),
                                             (COUPLINGS, 1)], ids=lambda x: str(x)[:20])
def test_every_term_of_ours_has_a_formula_that_can_be_drawn(registry, count):
    for name, thing in registry.items():
        if thing.__module__.partition(".")[0] not in ("losses", "penalties"):
            continue                                    # of an extension, which may have none
        assert len(registry.formulas[name]) == count, name
        for formula in registry.formulas[name]:
            assert "<math" in convert(formula)
            assert "merror" not in convert(formula)


def test_terms_are_those_whose_weights_are_positive():
    found = named("--loss", "wgan", "--disc_penalty", "wgan-gp", "--penalty_weight", "7",
                  "--feature_weight", "5")
    assert set(found) == {("wgan", "discriminators"), ("wgan", "generators"),
                          ("wgan-gp", "discriminators"), ("feature", "generators")}
    assert found["wgan-gp", "discriminators"].weight == 7
    assert found["feature", "generators"].weight == 5
    assert found["wgan-gp", "discriminators"].source == "eq. 2.1"
    assert {term.name for term in terms_of(resolve(["--preset", "quick-classifier", "--dataset",
                                                    "glyph"]))} == set()
    head = {term.name for term in terms_of(resolve(["--preset", "quick-adapt"]))}
    assert {"class", "class_pairs", "feature", "semantic"} <= head


def test_a_place_is_the_line_that_defines_the_term():
    path, line = named("--feature_weight", "5")["feature", "generators"].place.split(":")
    lines = (ROOT / path).read_text().splitlines()
    assert any("def feature_coupling" in each for each in lines[int(line) - 1:int(line) + 10])
    assert place_of(terms_of).startswith("report/objective.py:")


def test_the_whole_of_a_player():
    terms = terms_of(resolve([*PAIR, "--loss", "hinge", "--feature_weight", "60"]))
    whole = formula_of(terms, "generators", 2)
    assert whole == (r"\min_{G} \; \sum_{k=1}^{2} \left[ -\mathbb{E}_z D(G(z)) \right] + 60 \,  "
                     rf"\left[ {COUPLINGS.formulas['feature'][0]} \right]")
    assert r"\sum_{k=1}" not in formula_of(terms, "discriminators", 1)
    assert formula_of([], "generators", 2) == ""


def test_numbers_as_one_writes_them():
    assert [number(v) for v in (10.0, 0.05, 3e-9)] == ["10", "0.05", r"3 \cdot 10^{-9}"]


def test_where_a_value_comes_from():
    assert whence({"a": 1, "b": 2, "c": 3, "d": 4}, {"a": 1, "b": 9, "d": 4},
                  {"a": 0, "b": 0, "c": 3, "d": 4}) == {
        "a": "preset", "b": "given", "c": "default", "d": "preset"}
