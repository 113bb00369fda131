import pickle

import pytest

from framework import pickles
from framework.pickles import unpickle


def test_names_stand_for_what_the_reader_gives_and_others_are_refused():
    pickled = b"\x80\x02clib\nthing\n."
    assert unpickle(pickled, {("lib", "thing"): "stand-in"}, "weights") == "stand-in"
    with pytest.raises(pickle.UnpicklingError, match=r"asks for lib.thing, which no images need"):
        unpickle(pickled, {("lib", "other"): "stand-in"}, "images")


def test_a_pickle_that_would_take_memory_or_time_is_refused(monkeypatch):
    huge = b"\x80\x02}r\xff\xff\xff\x0f."                   # a memory of 2^28 places
    with pytest.raises(pickle.UnpicklingError, match="not that of images"):
        unpickle(huge, {}, "images")
    assert unpickle(b"\x80\x02}r\x05\x00\x00\x00.", {}, "images") == {}
    monkeypatch.setattr(pickles, "MAX_STEPS", 100)
    assert len(unpickle(b"\x80\x02](" + 90 * b"N" + b"e.", {}, "images")) == 90
    with pytest.raises(pickle.UnpicklingError, match="not that of images"):
        unpickle(b"\x80\x02](" + 100 * b"N" + b"e.", {}, "images")
