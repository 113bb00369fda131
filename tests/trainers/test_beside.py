"""The few terms that stand beside the bar of a training."""

import pytest

from trainers.beside import beside

PLAYERS = {"d/a": 0.5, "penalty/a": 9.0, "d/b": 0.9, "g/a": 2.0, "g/b": 1.0, "feature": 7.0}


@pytest.mark.parametrize("terms, shown", [
    ({"d/a": 0.69314, "g/a": 1234.5}, "d 0.693, g 1.23e+03"),
    (PLAYERS, "d 0.7, g 1.5"),
    (PLAYERS | {"weighted/feature": 0.25, "weighted/cycle": 0.5}, "d 0.7, g 1.5, couplings 0.75"),
    (PLAYERS | {"monitor/kid (pixels)/a": 0.1, "monitor/kid (pixels)/b": 0.3,
                "monitor/pair_agreement": 0.9},
     "d 0.7, g 1.5, kid (pixels) 0.2, pair_agreement 0.9"),
    ({"g/a": 2.0, "g/b": 4.0}, "g 3"),
    ({"loss": 0.5, "accuracy": 0.9}, "loss 0.5, accuracy 0.9"),
    ({"loss": 3.0, "content": 1.0, "style": 2.0, "weighted/content": 1.0, "weighted/style": 2.0},
     "loss 3, content 1"),
    ({}, "")],
    ids=["one domain", "several", "coupled", "monitored", "no critics", "classifier", "style",
         "nothing"])
def test_what_is_shown(terms, shown):
    assert beside(terms) == shown
