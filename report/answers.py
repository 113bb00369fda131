"""What the answers to a study say: rates with Wilson intervals, and sign tests."""

import csv
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from framework.errors import UserError
from framework.text import text_table
from report.study import DECEPTION, FAKE, KEY_HEADER, REAL

ANSWER_HEADER = ("study", "person", "item", "answer")
CONFIDENCE = 0.95


class Key(NamedTuple):
    """study: its name. kind: of `report.study.KINDS`. methods: item -> letter -> method."""

    study: str
    kind: str
    methods: dict[str, dict[str, str]]


class Rate(NamedTuple):
    """A method was taken `taken` of `count` times: preferred, or said to be real."""

    method: str
    taken: int
    count: int

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval of the share (Wilson 1927)."""
        from scipy.stats import binomtest
        found = binomtest(self.taken, self.count).proportion_ci(CONFIDENCE, method="wilson")
        return float(found.low), float(found.high)


def sign_test(more: int, less: int) -> float:
    """The two-sided p of `more` against `less` where both are as likely; 1 of no counts."""
    from scipy.stats import binomtest
    return float(binomtest(more, more + less).pvalue) if more + less else 1.0


def read_key(path: str | Path) -> Key:
    """Raises UserError for a file that is no key."""
    rows = list(_rows(path, KEY_HEADER, "key of a study"))
    if not rows:
        raise UserError(f"{path} is an empty key")
    methods: dict[str, dict[str, str]] = {}
    for row in rows:
        methods.setdefault(row["item"], {})[row["picture"]] = row["method"]
    return Key(rows[0]["study"], rows[0]["kind"], methods)


def read_answers(paths: Sequence[str | Path], key: Key) -> list[tuple[str, str]]:
    """Item and answer of each row. Raises UserError for answers to another study, for one that
    the page cannot give, and for a person who answers an item twice."""
    found, seen = [], {}
    for number, path in enumerate(paths):
        for row in _rows(path, ANSWER_HEADER, "file of answers"):
            if row["study"] != key.study:
                raise UserError(f"{path} answers the study {row['study']}; the key is of "
                                f"{key.study}")
            item, answer = row["item"], row["answer"]
            possible = (REAL, FAKE) if key.kind == DECEPTION else tuple(key.methods.get(item, ()))
            if item not in key.methods or answer not in possible:
                raise UserError(f"{path}: the study has no answer {answer!r} to item {item!r}")
            who = row["person"] or number, item
            if who in seen:
                raise UserError(f"{path}: {row['person'] or 'one person'} answers item {item} for "
                                f"the second time; the first is in {seen[who]}")
            seen[who] = path
            found.append((item, answer))
    if not found:
        raise UserError("there are no answers")
    return found


def rates(answers: Sequence[tuple[str, str]], key: Key) -> list[Rate]:
    """A rate for each method that was shown."""
    taken: dict[str, int] = {}
    count: dict[str, int] = {}
    for item, answer in answers:
        for letter, method in key.methods[item].items():
            count[method] = count.get(method, 0) + 1
            hit = answer == (REAL if key.kind == DECEPTION else letter)
            taken[method] = taken.get(method, 0) + hit
    return [Rate(method, taken[method], count[method]) for method in sorted(count)]


def main(paths: Sequence[str], key_file: str) -> None:
    """Prints rates and tests of the answers in `paths`."""
    key = read_key(key_file)
    answers = read_answers(paths, key)
    found = rates(answers, key)
    word = "said to be real" if key.kind == DECEPTION else "preferred"
    print(text_table(("method", word, "of", "rate", "95 % from", "to"), (
        (each.method, each.taken, each.count, f"{each.taken / each.count:.3f}",
         *(f"{end:.3f}" for end in each.interval)) for each in found)))
    for line in _tests(found, key.kind):
        print(line)
    print(f"{len(answers)} answers of {len(paths)} files; those of one person count as independent")


def _tests(found: list[Rate], kind: str) -> Iterator[str]:
    if kind == DECEPTION:
        for each in found:
            p = sign_test(each.taken, each.count - each.taken)
            yield f"{each.method}, real or fake by chance: p = {p:.3g} (sign test)"
        return
    for a, b in combinations(found, 2):
        yield (f"{a.method} against {b.method}: {a.taken} to {b.taken}, "
               f"p = {sign_test(a.taken, b.taken):.3g} (sign test)")


def _rows(path: str | Path, header: Sequence[str], what: str) -> Iterator[dict[str, str]]:
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file)
            if tuple(table.fieldnames or ()) != tuple(header):
                raise UserError(f"{path} is no {what}: its columns are not {', '.join(header)}")
            for row in table:
                if None in row or None in row.values():
                    raise UserError(f"{path}: line {table.line_num} has not {len(header)} cells")
                yield row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"cannot read {path}: {error}") from None
