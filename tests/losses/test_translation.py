"""The terms of translators against numpy."""

import numpy as np
import pytest

from losses.translation import TRANSLATION, cycle_term, identity_term

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("term", [cycle_term, identity_term])
def test_a_term_is_the_mean_absolute_difference(term):
    a, b = RNG.normal(size=(2, 3, 5, 4, 2)).astype("float32")
    by_hand = sum(abs(float(x) - float(y)) for x, y in zip(a.ravel(), b.ravel(), strict=True))
    assert float(term(a, b)) == pytest.approx(by_hand / a.size, rel=1e-5)
    assert float(term(a, a)) == 0
    half = term(a.astype("float16"), b)
    assert half.dtype == "float32" and float(half) == pytest.approx(by_hand / a.size, rel=1e-2)


def test_every_term_says_what_it_computes():
    assert list(TRANSLATION) == ["cycle", "identity"]
    assert all(len(TRANSLATION.formulas[name]) == 1 for name in TRANSLATION)
