"""Digits drawn by program."""

from data.catalogue import DOMAINS, Entry, Source
from data.glyph import COUNTS, Glyphs
from data.transforms import VIEWS


def _read(data_dir, split, size, seed):
    glyphs = Glyphs(size=size, seed=seed, split=split)
    return glyphs, glyphs.labels


GLYPH = Source("glyph", _read, "drawn by program", COUNTS["train"])
for suffix, transform, view in VIEWS:
    DOMAINS.register(f"glyph{suffix}", Entry(GLYPH, transform, 10, 32, f"drawn digits, {view}"))
