"""Fonts that are installed, for names of any script in matplotlib's pictures."""

import functools
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

USUAL = "DejaVu Sans"           # which matplotlib brings


def families_for(texts: Iterable[str]) -> list[str]:
    """The families of fonts that hold the letters of `texts` together, the usual one first;
    matplotlib takes each letter from the first that has it. A letter that no installed font has
    adds none."""
    letters = {letter for text in texts for letter in text if letter.isprintable()}
    return [USUAL, *_families_of(frozenset(letters))]


@contextmanager
def undrawable_letters_unsaid() -> Iterator[None]:
    """Keeps matplotlib from warning of letters that no font has."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


@functools.cache
def _families_of(letters: frozenset[str]) -> list[str]:
    """Those that hold what the usual one lacks, as few as one goes on taking the best."""
    from matplotlib import font_manager

    missing, families = {ord(letter) for letter in letters}, []
    missing -= _held(font_manager.findfont(USUAL))
    if not missing:
        return []
    held: dict[str, set[int]] = {}
    for font in sorted(font_manager.fontManager.ttflist, key=lambda font: (font.name, font.fname)):
        if font.name not in held and _is_of_text(font):
            held[font.name] = missing & _held(font.fname)
    while missing and held:
        best = max(held, key=lambda name: len(held[name] & missing))
        if not held[best] & missing:
            break
        families.append(best)
        missing -= held[best]
    return families


def _is_of_text(font) -> bool:
    """Whether it is an upright font for text: none of those for formulas that matplotlib brings,
    and no "Last Resort", which draws a box for every letter there is."""
    import matplotlib

    return (font.style == "normal" and not font.fname.startswith(matplotlib.get_data_path())
            and "lastresort" not in font.name.replace(" ", "").lower())


@functools.cache
def _held(path: str) -> frozenset[int]:
    """The code points that the font in a file draws; none for a file that cannot be read."""
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
