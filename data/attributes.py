"""Tables of attributes: each row has a file name and whole numbers."""

import re
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from framework.errors import UserError


class AttributeTable(NamedTuple):
    """values: int8 [N, A]; names: of its A columns; rows: file name without suffix -> row of it."""

    names: tuple[str, ...]
    rows: dict[str, int]
    values: np.ndarray


def read_attribute_table(file: Path | zipfile.Path) -> AttributeTable:
    """Reads the table in `file`, whose words are separated by commas (.csv) or spaces.

    As in list_attr_celeba.txt, the first line may hold the number of rows. The next line may hold
    the names of the columns, with or without one for the file names (list_eval_partition.txt has
    no such line). Raises UserError for a row that does not fit.
    """
    lines = [line for line in file.read_text().replace(",", " ").splitlines() if line.strip()]
    if lines and lines[0].strip().isdigit():
        lines = lines[1:]
    header: list[str] = []
    if lines and not _is_number(lines[0].split()[-1]):
        header, lines = lines[0].split(), lines[1:]
    if not lines:
        raise UserError(f"{file} holds no table")
    split = [(*line.split(maxsplit=1), "") for line in lines]
    rows = [(name, rest) for name, rest, *_ in split]
    count = max(1, len(rows[0][1].split()))
    names = tuple(header[-count:] if header else map(str, range(1, count + 1)))
    values = _values(file, rows, len(names))
    return AttributeTable(names, {Path(name).stem: i for i, (name, _) in enumerate(rows)}, values)


def _values(file: Path | zipfile.Path, rows: list[tuple[str, str]], count: int) -> np.ndarray:
    """Parses all numbers at once: word by word the table of CelebA would take 400 MB."""
    numbers = re.compile(rf"[+-]?\d+(\s+[+-]?\d+){{{count - 1}}}\s*")
    for name, rest in rows:
        if not numbers.fullmatch(rest):
            raise UserError(f"{file}: the row of {name} holds {rest[:60]!r}, not {count} numbers")
    values = np.fromstring(" ".join(rest for _, rest in rows), np.int8, sep=" ")
    return values.reshape(len(rows), count)


def _is_number(word: str) -> bool:
    return word.lstrip("+-").isdigit()
