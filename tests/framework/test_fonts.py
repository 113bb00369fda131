"""Which families of fonts draw a name."""

from types import SimpleNamespace

import pytest
from matplotlib import font_manager

from framework import fonts
from framework.fonts import USUAL, families_for

INSTALLED = {"Han": "漢字", "Han bold": "漢字", "Thai": "ก", "Last Resort": "漢字กᚠ",
             "Both": "字ก"}


@pytest.fixture(autouse=True)
def installed(monkeypatch):
    """Fonts of these names, each with the letters that it holds, beside matplotlib's own."""
    entries = [SimpleNamespace(name=name, fname=f"/fonts/{name}",
                               style="italic" if name == "Both" else "normal")
               for name in INSTALLED]
    held = {f"/fonts/{name}": frozenset(map(ord, letters)) for name, letters in INSTALLED.items()}
    own = fonts._held
    font_manager.findfont(USUAL)        # kept from here on; of these entries it asks for more
    monkeypatch.setattr(font_manager.fontManager, "ttflist",
                        [*font_manager.fontManager.ttflist, *entries])
    monkeypatch.setattr(fonts, "_held", lambda path: held[path] if path in held else own(path))
    fonts._families_of.cache_clear()
    yield
    fonts._families_of.cache_clear()


@pytest.mark.parametrize("texts, families", [
    (["glyph", "ÉĞβЖ"], []), (["漢字"], ["Han"]), (["a字", "ก"], ["Han", "Thai"]),
    (["ᚠ\U000e0fff"], []), ([], [])],
    ids=["usual", "one more", "two more", "no text font has it", "no text"])
def test_the_fonts_that_hold_all_letters(texts, families):
    assert families_for(texts) == [USUAL, *families]


def test_a_file_that_is_no_font_holds_nothing(tmp_path):
    (tmp_path / "a.ttf").write_bytes(b"no font")
    assert fonts._held(str(tmp_path / "a.ttf")) == frozenset()
