"""Tables of attributes: each row has a file name and whole numbers, or yes and no."""

import csv
import io
import itertools
import re
import zipfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from framework.errors import UserError

SEPARATORS = ("\t", ";", ",")               # else blanks
YES, NO = ("true", "yes", "y", "t"), ("false", "no", "n", "f")
SAMPLE_ROWS = 20                            # by which the separator is known
MAX_SHOWN = 30                              # characters of a value in a message
ENCODINGS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class AttributeTable(NamedTuple):
    """values: int8 [N, A]; names: of its A columns, without blanks; rows: path of a file without
    its suffix, as in the table -> row of it."""

    names: tuple[str, ...]
    rows: dict[str, int]
    values: np.ndarray

    def row_of(self, path: Path | zipfile.Path) -> int | None:
        """The row of the image `path`: that with the longest end of its path; None without one."""
        parts = _without_suffix(str(path)).split("/")
        ends = ("/".join(parts[k:]) for k in range(len(parts)))
        return next((self.rows[end] for end in ends if end in self.rows), None)


def read_attribute_table(file: Path | zipfile.Path) -> AttributeTable:
    """Reads the table in `file`, whose words are separated by tabs, semicolons, commas or blanks,
    and may stand in quotes. A number is whole (1, -1.0); yes and true are 1, no and false 0.

    As in list_attr_celeba.txt, the first line may hold the number of rows. The next line may hold
    the names of the columns, with or without one for the file names (list_eval_partition.txt has
    no such line). Raises UserError for a row that does not fit and for a name that is there twice.
    """
    text = _text(file)
    first, _, rest = text.partition("\n")
    stated = int(first) if re.fullmatch(r"\s*\d{1,9}\s*", first) else None
    try:
        return _parse(file, text if stated is None else rest, stated)
    except csv.Error as error:
        raise UserError(f"{file} is no table: {error}") from error


def plain_name(name: str) -> str:
    """The name of a column as it is compared: without blanks around it, others as underlines."""
    return "_".join(name.split())


def _without_suffix(path: str) -> str:
    head, dot, end = path.replace("\\", "/").rpartition(".")
    return head if dot and "/" not in end and head.rpartition("/")[2] else f"{head}{dot}{end}"


def _text(file: Path | zipfile.Path) -> str:
    try:
        data = file.read_bytes()
    except Exception as error:      # in an archive zipfile, zlib, bz2 and lzma each have their own
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise UserError(f"cannot read {file}: {why}") from error
    try:
        text = data.decode(ENCODINGS.get(data[:2], "utf-8-sig"))
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip()


def _parse(file: Path | zipfile.Path, text: str, stated: int | None) -> AttributeTable:
    rows = _split(text)
    first = next(rows, None)
    header = first if first and not any(map(_is_value, first[1:] or first)) else []
    known, values, names, width = _Words(), array("b"), {}, 0
    for row in rows if header or not first else itertools.chain([first], rows):
        name, words = row[0], row[1:]
        width = width or len(words)
        if len(words) != width or not words:
            raise UserError(f"{file}: the row of {name[:60]} holds {len(words)} values, not "
                            f"{width or 'one or more'}")
        key = _without_suffix(name)
        if key in names or not key:
            raise UserError(f"{file} names {name or 'no file in row ' + str(len(names) + 1)}"
                            f"{' twice' if key else ''}; leave one row for each file")
        names[key] = len(names)
        try:
            values.extend(map(known.__getitem__, words))
        except ValueError as error:
            raise UserError(f"{file}: the row of {name[:60]} holds {error}, which is no whole "
                            "number and no yes or no") from None
    if not names:
        raise UserError(f"{file} holds no table")
    if stated not in (None, len(names)):
        raise UserError(f"{file} states {stated} rows and has {len(names)}; is it cut off? Mend "
                        "or remove its first line")
    return AttributeTable(_column_names(file, header, width), names,
                          np.array(values, np.int8).reshape(len(names), width))


def _column_names(file: Path | zipfile.Path, header: list[str], width: int) -> tuple[str, ...]:
    if not header:
        return tuple(map(str, range(1, width + 1)))
    if len(header) not in (width, width + 1):
        raise UserError(f"{file} names {len(header)} columns, and its rows have {width} values "
                        "after the file's name")
    names = tuple(map(plain_name, header[-width:]))
    for name in names:
        if names.count(name) > 1 or not name:
            raise UserError(f"{file} has {f'two columns {name}' if name else 'a column'}"
                            f"{'' if name else ' without a name'}; rename one")
    return names


def _split(text: str) -> Iterator[list[str]]:
    """The words of each row that is not empty, by the first separator that gives equally many in
    all rows at the start but the first, which may lack one."""
    head = "\n".join(itertools.islice(filter(str.strip, text.splitlines()), SAMPLE_ROWS + 1))
    for separator in SEPARATORS:
        counts = [len(row) for row in _by_csv(head, separator)]
        if counts and len(set(counts[1:] or counts)) == 1 and counts[-1] > 1:
            return _by_csv(text, separator)
    return (line.replace(",", " ").replace(";", " ").split() for line in text.splitlines()
            if line.strip(" ,;\t"))


def _by_csv(text: str, separator: str) -> Iterator[list[str]]:
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator,
                          skipinitialspace=True):
        words = [word.strip() for word in row]
        if any(words):
            yield words


class _Words(dict):
    """What a word stands for; each is read once."""

    def __missing__(self, word: str) -> int:
        plain = word.strip().lower()
        if plain in YES or plain in NO:
            value = int(plain in YES)
        elif not re.fullmatch(r"[+-]?\d{1,3}(\.0*)?", plain) or not -128 <= float(plain) <= 127:
            raise ValueError(repr(word[:MAX_SHOWN]))
        else:
            value = int(float(plain))
        self[word] = value
        return value


def _is_value(word: str) -> bool:
    try:
        _Words()[word]
    except ValueError:
        return False
    return True
