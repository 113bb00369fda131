"""Names for things, and calling a thing with the settings that it takes."""

from functools import partial

import pytest

from framework.errors import UserError
from framework.registry import Registry, accepts, called_with


def test_names_are_filed_once_and_found_by_the_nearest():
    things = Registry("thing")
    assert things.register("sphere")(int) is int and things.find("sphere") is int
    with pytest.raises(ValueError, match="registered twice"):
        things.register("sphere")(float)
    with pytest.raises(UserError, match="unknown thing 'spere'; did you mean 'sphere'"):
        things.find("spere")


class Thing:
    def __init__(self, a, b=2):
        self.a, self.b = a, b


def test_settings_that_mean_nothing_are_left_out():
    thing = called_with(Thing, {"a": 5, "c": 7})
    assert (thing.a, thing.b) == (5, 2)
    assert called_with(lambda: 3, {"a": 5}) == 3
    assert accepts(Thing, "b") and not accepts(Thing, "c")
    assert accepts(partial(Thing, b=4), "a")
