"""Frames keep their times, and what a film states and is not is said."""

import numpy as np
import pytest

from framework.errors import UserError
from style.timeline import Reading, timeline


def read(times, rate=25.0, stated=None, damaged=(), counted=True):
    return timeline(Reading(list(times), list(damaged), rate,
                            len(times) if stated is None else stated, counted))


def shown_at(found, ms):
    return found.shown[min(int(ms * found.rate / 1000 + 0.5), len(found.shown) - 1)]


@pytest.mark.parametrize("rate", [1, 12.5, 24000 / 1001, 25, 60, 999, 1000])
def test_a_film_as_its_header_says_is_left_as_it_is(rate):
    for clock in (np.array, np.rint):          # containers may round times to milliseconds
        found = read(clock(np.arange(3000) * 1000 / rate), rate)
        assert (found.rate, found.note) == (rate, "")
        assert np.array_equal(found.shown, np.arange(3000))


@pytest.mark.parametrize("stated", [1000.0, 999.0, 1.0, 0.0, float("nan"), float("inf"), -3.0, 9e4])
def test_a_rate_that_is_not_that_of_the_frames_is_replaced_and_said(stated):
    found = read(np.arange(50) * 40.0, stated, counted=False, stated=50)
    assert found.rate == 25 and np.array_equal(found.shown, np.arange(50))
    assert f"states {stated:g} frames" in found.note and "25" in found.note


@pytest.mark.parametrize("stated", [0.0, float("nan"), 9e4, 1e-9])
def test_without_a_rate_and_times_one_is_assumed_and_said(stated):
    found = read([0.0] * 9, stated)
    assert found.rate == 25 and len(found.shown) == 9 and "25 a second are assumed" in found.note


def test_frames_of_varying_rate_stand_at_their_times():
    times = np.cumsum(np.random.default_rng(0).choice([17, 33, 50, 100], 400))
    times = times - times[0]
    found = read(times, 400_000 / times[-1])
    assert "varying times" in found.note and set(found.shown) == set(range(400))
    starts = np.searchsorted(found.shown, np.arange(400)) * 1000 / found.rate
    assert np.abs(starts - times).max() <= 20
    assert len(found.shown) * 1000 / found.rate == pytest.approx(times[-1], abs=120)


def test_the_time_of_lost_frames_is_filled_and_they_are_counted():
    times = [40.0 * i for i in range(30) if i not in (9, 10, 20)]
    found = read(times, stated=30, damaged=[9])
    assert found.rate == 25 and len(found.shown) == 30
    assert list(found.shown[8:12]) == [8, 8, 8, 9] and found.shown[-1] == 26
    assert found.note.startswith("27 of the 30 frames")


def test_lost_frames_without_a_time_are_filled_where_the_damage_is():
    found = read(np.arange(26) * 40.0, stated=30, damaged=[9])
    assert list(found.shown[7:15]) == [7, 8, 8, 8, 8, 8, 9, 10] and len(found.shown) == 30
    assert "26 of the 30 frames" in found.note and "follow frame 9" in found.note


def test_a_film_that_is_cut_off_ends_where_it_ends():
    for damaged in ((), (9,), (8,)):
        found = read(np.arange(9) * 40.0, stated=30, damaged=damaged)
        assert len(found.shown) == 9 and "9 of the 30 frames" in found.note


def test_an_estimated_number_of_frames_may_be_a_little_off():
    assert read(np.arange(90) * 40.0, stated=95, counted=False).note == ""
    assert "90 of the 95" in read(np.arange(90) * 40.0, stated=95, counted=False, damaged=[90]).note
    assert "90 of the 200" in read(np.arange(90) * 40.0, stated=200, counted=False).note


def test_damage_that_loses_no_frame_is_said():
    assert "damaged, first at frame 4 of 9" in read(np.arange(9) * 40.0, damaged=[3, 5]).note


def test_a_spoilt_time_does_not_make_a_film_of_days():
    with pytest.raises(UserError, match="seem spoilt"):
        read([*np.arange(50) * 40.0, 3e6], counted=False)


@pytest.mark.parametrize("last", [9e7, float("nan"), float("inf")])
def test_times_that_make_no_sense_are_not_used_and_that_is_said(last):
    found = read([*np.arange(50) * 40.0, last])
    assert found.rate == 25 and len(found.shown) == 51 and "make no sense" in found.note
