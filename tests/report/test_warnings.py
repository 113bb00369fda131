"""What a log and figures give reason to doubt."""

import numpy as np

from report.warnings import doubts

CALM = {"iteration": np.arange(100), "d/a": np.full(100, 1.2), "g/a": np.full(100, 0.9)}


def test_a_calm_run_is_not_doubted():
    assert doubts(CALM, {"pair_agreement": 0.9, "chance": 0.1, "classes": 10,
                         "classes_present": 10}, "nonsaturating") == []
    assert doubts({}, {}, "") == []


def test_a_discriminator_that_wins():
    won = CALM | {"d/a": np.linspace(1.3, 0.001, 100)**3, "g/a": np.linspace(0.7, 9, 100)}
    (what, remedy), = doubts(won, {}, "nonsaturating")
    assert "The discriminator of a tells nearly everything apart" in what
    assert "--instance_noise" in remedy
    assert doubts(won, {}, "wgan") == []                # whose scale is another
    assert doubts({name: v[:20] for name, v in won.items()}, {}, "nonsaturating") == []
    still_learning = won | {"g/a": np.full(100, 1.0)}
    assert doubts(still_learning, {}, "nonsaturating") == []


def test_numbers_that_are_not_finite():
    broken = CALM | {"feature": np.array([1.0] * 98 + [np.nan, np.inf])}
    (what, remedy), = doubts(broken, {}, "hinge")
    assert what.startswith("feature was not finite in 2 of 100") and "--on_nan" in remedy
    rare = CALM | {"monitor/kid/a": np.array([np.nan] * 99 + [1.0])}
    assert doubts(rare, {}, "hinge") == []


def test_classes_that_are_missing_and_pairs_that_are_none():
    found = doubts(CALM, {"pair_agreement": 0.12, "chance": 0.1, "classes": 10,
                          "classes_present": 1}, "hinge")
    assert "one class alone is drawn" in found[0][0] and "--balance_weight" in found[0][1]
    assert "in 12 % of the pairs (chance: 10 %)" in found[1][0]
    assert doubts(CALM, {"pair_agreement": 0.55, "chance": 0.5}, "hinge")     # two classes
    assert not doubts(CALM, {"pair_agreement": 0.8, "chance": 0.5}, "hinge")
