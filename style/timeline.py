"""When each frame of a film is shown, from what its file states and what could be read of it.

A film is written at a constant rate. Where the frames of the source come at varying times, or some
of them are lost, the frame before is repeated, so that all stand at their times beside the sound.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from framework.errors import UserError

MIN_RATE, MAX_RATE = 0.01, 1000.0       # frames a second; others are no rates of films
ASSUMED_RATE = 25.0             # where neither the header nor the frames' times tell one
MAX_SHIFT_MS = 20.0             # by which a frame of varying rate may stand off its time
FINEST = 8                      # times the stated rate, at most, for frames of varying rate
CLOCK_MS = 1.1                  # error of times that a container rounds to milliseconds
ESTIMATE_SECONDS = 0.5          # by which a container that counts no frames may be wrong
MAX_REPEATS = 100               # of a frame on average; more come from a spoilt time


class Reading(NamedTuple):
    """What a first pass through a film has found.

    times: milliseconds of each frame that could be read. damaged: how many frames had been read
    where the decoder complained or failed, each time. stated_rate, stated_count: of the header;
    counted: whether the container counts its frames, or the number is an estimate.
    """

    times: Sequence[float]
    damaged: Sequence[int]
    stated_rate: float
    stated_count: int
    counted: bool


class Timeline(NamedTuple):
    """rate: of the frames shown, per second. shown: int [K], the index of the frame of the source
    that stands at each place. note: what is not as the file says, "" if all is."""

    rate: float
    shown: np.ndarray
    note: str


def timeline(film: Reading) -> Timeline:
    """The places of all frames. Raises UserError where the frames' times make no sense."""
    count = len(film.times)
    times = _usable_times(film.times)
    rate, rate_note = _rate(film, times)
    slots, fine = _places(times, rate) if times is not None else (np.arange(count), 1)
    stated = film.stated_count
    if rate_note and not film.counted:          # it follows from a length and the stated rate
        stated = round(stated * rate / film.stated_rate) if film.stated_rate > 0 else 0
    missing = max(0, stated - count)
    filled = int(slots[-1]) // fine + 1 - count          # places that the times leave free
    without_time, first = missing - max(0, filled), min(film.damaged, default=count)
    if without_time > 0 and first < count - 1:
        slots = slots + without_time * fine * (np.arange(count) >= max(first, 1))
    last = int(slots[-1]) + fine
    if last > MAX_REPEATS * (count + 10):
        raise UserError(f"the times of its {count} frames reach over {last / fine / rate:.0f} "
                        "seconds and seem spoilt; write it anew with ffmpeg -i OLD NEW")
    shown = np.maximum(np.searchsorted(slots, np.arange(last), "right") - 1, 0)
    notes = [rate_note, _missing_note(film, missing, without_time, first, rate)]
    if not notes[1]:
        notes.append(_damage_note(film))
        if filled > 0 or fine > 1:
            notes.append(f"its frames come at varying times, which are kept: {rate * fine:.6g} a "
                         "second are written, the one before repeated where none is new")
    return Timeline(rate * fine, shown, "; ".join(filter(None, notes)))


def _usable_times(times: Sequence[float]) -> np.ndarray | None:
    """The times from 0 on, none before its predecessor; None if they tell nothing."""
    found = np.asarray(times, float)
    if len(found) < 2 or not np.isfinite(found).all():
        return None
    found = np.maximum.accumulate(found - found[0])
    seconds = found[-1] / 1000
    return found if MIN_RATE * seconds <= len(found) - 1 <= MAX_RATE * 1.01 * seconds else None


def _rate(film: Reading, times: np.ndarray | None) -> tuple[float, str]:
    """The rate of the frames, and a note if it is not the stated one.

    It is the stated one unless that is impossible or the time from one frame to the next is
    usually another; a rate that is a little off is corrected.
    """
    stated = film.stated_rate
    possible = math.isfinite(stated) and MIN_RATE <= stated <= MAX_RATE
    if times is None and possible:
        spoilt = not np.isfinite(film.times).all() or max(film.times) > film.times[0]
        return stated, "the times of its frames make no sense; its rate is taken" if spoilt else ""
    if times is None:
        return ASSUMED_RATE, (f"it states {stated:g} frames a second and its frames have no times; "
                              f"{ASSUMED_RATE:g} a second are assumed")
    usual = float(np.median(np.diff(times)))
    even = (len(times) - 1) * 1000 / float(times[-1])
    if possible and _fits(times, stated, 0.75):
        return stated, ""
    if _fits(times, even, 0.3):
        found = min(even, MAX_RATE)
    elif possible and 0.55 < usual * stated / 1000 < 1.9 or usual <= 0:
        found = stated if possible else min(even, MAX_RATE)
    else:
        found = min(1000 / usual, MAX_RATE)
    differs = not possible or abs(found / stated - 1) > 0.02
    return found, (f"it states {stated:g} frames a second, and the times of its frames say "
                   f"{found:.6g}, which is taken" if differs else "")


def _fits(times: np.ndarray, rate: float, share: float) -> bool:
    """Whether frame i stands at i / rate, to within `share` of a frame and MAX_SHIFT_MS, or to
    within the clock's error."""
    off = np.abs(times - np.arange(len(times)) * 1000 / rate)
    return bool(off.max() <= max(min(share * 1000 / rate, MAX_SHIFT_MS), CLOCK_MS))


def _places(times: np.ndarray, rate: float) -> tuple[np.ndarray, int]:
    """The place of each frame, int [N], each after the one before, and by how much the places are
    finer than the rate."""
    order = np.arange(len(times))
    if _fits(times, rate, 0.75):
        return order, 1
    slots, fine = order, 1
    for fine in range(1, FINEST + 1):
        step = 1000 / (rate * fine)
        slots = np.maximum.accumulate(np.rint(times / step).astype(int) - order) + order
        if np.abs(slots * step - times).max() <= MAX_SHIFT_MS or rate * (fine + 1) > MAX_RATE:
            break
    return slots, fine


def _missing_note(film: Reading, missing: int, without_time: int, first: int, rate: float) -> str:
    count = len(film.times)
    is_estimate = not film.counted and not film.damaged
    if not missing or is_estimate and (without_time <= max(1, ESTIMATE_SECONDS * rate)):
        return ""
    start = f"{count} of the {count + missing} frames that it states could be read; "
    if without_time <= 0:
        return f"{start}the frame before fills the time of those that are missing"
    if first < count - 1:
        return (f"{start}the frame before fills the time of the missing ones, which are taken to "
                f"follow frame {max(first, 1)}, where the first damage is")
    return f"{start}the result ends where they end"


def _damage_note(film: Reading) -> str:
    if not film.damaged:
        return ""
    return (f"it is damaged, first at frame {min(film.damaged) + 1} of {len(film.times)}; all "
            "frames are drawn as they could be read")
