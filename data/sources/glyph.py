"""Digits drawn by a program."""

from pathlib import Path

import numpy as np

from data.catalogue import DOMAINS, Entry, Source
from data.glyph import COUNTS, Glyphs
from data.transforms import VIEWS


def _read(data_dir: Path | None, split: str, size: int, seed: int) -> tuple[Glyphs, np.ndarray]:
    glyphs = Glyphs(size=size, seed=seed, split=split)
    return glyphs, glyphs.labels


GLYPH = Source("glyph", _read, "drawn by program", COUNTS["train"])
for suffix, transform, view in VIEWS:
    DOMAINS.register(f"glyph{suffix}", Entry(GLYPH, transform, 10, 32, f"drawn digits, {view}"))
