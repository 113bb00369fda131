"""Tables of attributes: a file name and whole numbers in every row."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from framework.errors import UserError


class Table(NamedTuple):
    """`values` [N, A] int8 with the `names` of their columns; `rows` maps a file's name,
    without its suffix, to its row."""

    names: tuple[str, ...]
    rows: dict[str, int]
    values: np.ndarray


def read_table(file) -> Table:
    """The table in `file`, with commas (.csv) or spaces between the words of a row.

    As in list_attr_celeba.txt a line of the number of rows may come first; then a line of
    names, with or without one for the column of file names, or none (list_eval_partition.txt).
    Raises UserError for a row that does not fit.
    """
    lines = [line for line in file.read_text().replace(",", " ").splitlines() if line.strip()]
    if lines and lines[0].strip().isdigit():
        lines = lines[1:]
    header = []
    if lines and not _is_number(lines[0].split()[-1]):
        header, lines = lines[0].split(), lines[1:]
    if not lines:
        raise UserError(f"{file} holds no table")
    rows = [(*line.split(maxsplit=1), "")[:2] for line in lines]
    count = max(1, len(rows[0][1].split()))
    names = tuple(header[-count:] if header else map(str, range(1, count + 1)))
    values = _values(file, rows, len(names))
    return Table(names, {Path(name).stem: i for i, (name, _) in enumerate(rows)}, values)


def _values(file, rows, count) -> np.ndarray:
    """All numbers at once: word by word the table of CelebA would take 400 MB."""
    numbers = re.compile(rf"[+-]?\d+(\s+[+-]?\d+){{{count - 1}}}\s*")
    for name, rest in rows:
        if not numbers.fullmatch(rest):
            raise UserError(f"{file}: the row of {name} holds {rest[:60]!r}, not {count} numbers")
    values = np.fromstring(" ".join(rest for _, rest in rows), np.int8, sep=" ")
    return values.reshape(len(rows), count)


def _is_number(word: str) -> bool:
    return word.lstrip("+-").isdigit()
