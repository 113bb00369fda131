"""losses.csv: every term of every logged iteration, in a file that survives being cut off."""

import csv
import io
from pathlib import Path

from framework.errors import UserError
from framework.files import write_text

MONITOR_PREFIX = "monitor/"                    # how the columns begin that only some rows fill


def as_kept(value: float) -> float:
    """The value as it comes back from the file, which keeps seven digits."""
    return float(_written(value))


def _written(value: float) -> str:
    return f"{float(value):.7g}"


class History:
    """The rows of a losses.csv: the iteration, counted from 0, and a column per term.

    The columns are those of the first row, for good, but for those of monitors: they may come
    later and are empty in the rows without. Rows wait in memory until `flush`.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._waiting: list[list] = []
        self._columns = self._header()

    @property
    def columns(self) -> list[str]:
        """The names of the terms, without `iteration`; empty before the first row."""
        return list(self._columns[1:])

    def append(self, iteration: int, terms: dict) -> None:
        """Adds the row of `iteration`; `terms` maps a term's name to its value. Raises
        UserError if the file's columns are others."""
        if not self._columns:
            self._columns = ["iteration", *terms]
            self._waiting.append(self._columns)
        changed = sorted(set(terms) ^ set(self._columns[1:]))
        if not all(name.startswith(MONITOR_PREFIX) for name in changed):
            raise UserError(f"{self.path} has other columns: {', '.join(changed)}")
        self._widen([name for name in terms if name not in self._columns])
        values = [_written(terms[name]) if name in terms else ""
                  for name in self._columns[1:]]
        self._waiting.append([int(iteration), *values])

    def flush(self) -> None:
        """Writes the waiting rows to the file."""
        if self._waiting:
            with open(self.path, "a", newline="", encoding="utf-8",
                      errors="surrogateescape") as file:
                file.write(_csv(self._waiting))
            self._waiting = []

    def _widen(self, names):
        """Adds columns, empty in all rows before."""
        if names:
            self.flush()
            empty = [""] * len(names)
            self._columns = [*self._columns, *names]
            write_text(self.path, _csv([self._columns, *(row + empty for row in self._rows())]))

    def truncate(self, iteration: int) -> None:
        """Drops the rows at or after `iteration` and a half-written last line, so that a
        continued run writes them again."""
        self.flush()
        if self.path.exists():
            kept = [row for row in self._rows() if int(row[0]) < iteration]
            self._columns = self._header() if kept else []
            write_text(self.path, _csv([self._columns, *kept] if kept else []))

    def read(self) -> dict:
        """Column name -> numpy array [rows], `iteration` first (integers), NaN where a column is
        empty; a half-written last line and rows not yet flushed are left out."""
        import numpy as np

        if not self._header():
            return {}
        try:
            table = np.array([[float(v or "nan") for v in row] for row in self._rows()])
            table = table.reshape(-1, len(self._columns))
        except ValueError:
            raise self._foreign() from None
        columns = dict(zip(self._columns, table.T, strict=True))
        columns["iteration"] = columns["iteration"].astype(int)
        return columns

    def done(self) -> int:
        """How many iterations the file speaks of."""
        rows = self._rows()
        return int(rows[-1][0]) + 1 if rows else 0

    def _header(self) -> list[str]:
        """The names of the columns; none before the first row. Raises UserError for a file of
        something else."""
        header = next(iter(self._cells(self._lines()[:1])), [])
        if header and (header[0] != "iteration" or len(set(header)) < len(header)):
            raise self._foreign()
        return header

    def _rows(self) -> list[list[str]]:
        """The rows below the header, whose first cells are iterations. Raises UserError for a
        file of something else."""
        header, rows = self._header(), self._cells(self._lines()[1:])
        if not all(len(row) == len(header) and row[0].isdecimal() and len(row[0]) < 20
                   for row in rows):
            raise self._foreign()
        return rows

    def _lines(self) -> list[str]:
        """The lines that were written to their end."""
        if not self.path.exists():
            return []
        try:
            with open(self.path, newline="", encoding="utf-8", errors="surrogateescape") as file:
                lines = list(file)
        except OSError as error:
            raise UserError(f"cannot read {self.path}: {error.strerror}") from None
        if lines and not lines[0].startswith("iteration"[:len(lines[0])]):
            raise self._foreign()
        return [line for line in lines if line.endswith("\n")]

    def _cells(self, lines: list[str]) -> list[list[str]]:
        try:
            return list(csv.reader(lines))
        except csv.Error:
            raise self._foreign() from None

    def _foreign(self) -> UserError:
        return UserError(f"{self.path} is no losses.csv of a run, or is damaged; move it away, or "
                         "choose another folder with --run")


def _csv(rows) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
