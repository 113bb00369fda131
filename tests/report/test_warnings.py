"""What a log and figures give reason to doubt."""

import numpy as np

from report.warnings import doubts, rows_of

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


def row(metric, value, **more):
    return {"metric": metric, "compared": "generated cats | real cats", "kind": "own",
            "by": "small pixels", "value": value} | more


def of_rows(*rows):
    return doubts(CALM, {"results": rows_of(list(rows))}, "hinge")


def test_images_that_hardly_differ():
    (what, remedy), = of_rows(row("spread", 0.04), row("variety", 0.01))
    assert "drawn of cats hardly differ: two of them by 4 %" in what and "small pixels" in what
    assert "--instance_noise" in remedy
    (what, _), = of_rows(row("spread", 0.95), row("variety", 0.02))
    assert "Of cats nearly equal images are drawn again and again" in what and "2 %" in what
    assert of_rows(row("spread", 0.85), row("variety", 0.65)) == []     # of a good run


def test_copies_of_training_images():
    (what, remedy), = of_rows(row("copies", 0.8, error=0.02, note="nearest of 50"))
    assert what.startswith("80 % of the images that are drawn of cats look like copies")
    assert "nearest of 50" in what and "pairs-nearest-cats.png" in what and "--augment" in remedy
    assert of_rows(row("copies", 0.03, error=0.01)) == []
    assert of_rows(row("copies", 0.4, error=0.1)) == []                 # of few images


def test_rows_of_another_shape_are_passed_over():
    good = row("spread", 0.04)
    assert rows_of([good, {}, 3, row("kid", 0.1), row("spread", "x"), row("copies", True),
                    row("spread", 0.1, compared=3), row("copies", 0.9, error=[]),
                    {k: v for k, v in good.items() if k != "value"},
                    good | {"kind": "floor"}]) == [good]
    assert rows_of({"a": 1}) == rows_of(None) == []
