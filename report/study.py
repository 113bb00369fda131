"""Blind sheets for people: one page that runs offline, and a key that says what was what.

Preference: of the results of several methods for one content a person picks the most appealing.
Deception: a person says of single pictures whether they are real (document 003).
"""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.folders import image_files
from framework.errors import UserError
from framework.files import write_text
from report.grids import Packed, packed_pixels
from report.html import rendered
from style.images import check_folder, check_free, read_uint8, resize_image

PREFERENCE, DECEPTION = KINDS = ("preference", "deception")
REAL, FAKE = "real", "fake"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KEY_HEADER = ("study", "kind", "item", "picture", "method", "file")
QUALITY = 92                    # of WebP
TITLES = {PREFERENCE: "Which picture do you like best?", DECEPTION: "Which pictures are real?"}
ASKED = {
    PREFERENCE: "Each row shows one subject in several ways, in an order drawn by chance. Pick the "
                "picture of each row that appeals to you most.",
    DECEPTION: "Some of these pictures are real, some were made by a program. Say of each what you "
               "think."}


class Shown(NamedTuple):
    """A picture of an item: the method that made it, and its file."""

    method: str
    file: Path


class Page(NamedTuple):
    """What the template is told: the kind of study, the number of items, and each item's pictures
    with the letters by which the page names them."""

    kind: str
    lines: list[str]
    choices: Sequence[str]
    items: list[list[tuple[str, Packed]]]


def main(folders: Sequence[str], *, output: str, key: str = "", kind: str = PREFERENCE,
         real: str = "", items: int = 30, size: int = 512, seed: int = 0,
         overwrite: bool = False) -> tuple[Path, Path]:
    """Writes the page `output` and its key; returns their paths.

    folders: of one method each. real: the folder of real images, for deception. items: at most so
    many rows, or for deception pictures of each folder, drawn by `seed`. size: pixels of a
    picture's longer side. Raises UserError for folders that share no names, among others.
    """
    page, secret = Path(output), Path(key or Path(output).with_suffix("").as_posix() + "-key.csv")
    for path in (page, secret):
        check_folder(path.absolute().parent)
    check_free([page, secret], [], overwrite)
    named = name_folders(folders, real if kind == DECEPTION else "")
    choose = preference_items if kind == PREFERENCE else deception_items
    chosen = choose({name: by_name(folder) for name, folder in named.items()}, items, seed)
    text, study = key_of(chosen, kind)
    shown = [[(LETTERS[k], _packed(each.file, size)) for k, each in enumerate(item)]
             for item in chosen]
    write_text(secret, text)
    write_text(page, page_of(shown, kind, study))
    return page, secret


def name_folders(folders: Sequence[str], real: str = "") -> dict[str, Path]:
    """The folders by the names of their methods: their last parts, or whole where two are alike.
    real: a further folder, called REAL."""
    names = [Path(folder).resolve().name for folder in folders]
    if len(set(names)) < len(names) or real and REAL in names:
        names = list(folders)
    if len(set(names)) < len(names):
        raise UserError("a folder is named twice")
    if len(names) > len(LETTERS):
        raise UserError(f"a study compares at most {len(LETTERS)} folders")
    return dict(zip(names, map(Path, folders), strict=True)) | ({REAL: Path(real)} if real else {})


def by_name(folder: Path) -> dict[str, Path]:
    """The images of a folder by their paths in it, without their endings."""
    return {file.relative_to(folder).with_suffix("").as_posix(): file
            for file in map(Path, map(str, image_files(folder)))}


def preference_items(files: Mapping[str, Mapping[str, Path]], most: int,
                     seed: int) -> list[list[Shown]]:
    """For each of at most `most` names that every method has: its pictures. The names and the
    pictures of each come in an order drawn by `seed`. files: method -> name -> file."""
    shared = sorted(set.intersection(*(set(each) for each in files.values())))
    if not shared:
        raise UserError(f"no file has the same name in all of {', '.join(files)}")
    rng = np.random.default_rng(seed)
    return [[Shown(method, files[method][name]) for method in rng.permutation(list(files)).tolist()]
            for name in rng.permutation(shared)[:most].tolist()]


def deception_items(files: Mapping[str, Mapping[str, Path]], most: int,
                    seed: int) -> list[list[Shown]]:
    """At most `most` pictures of each method, each an item, in an order drawn by `seed`."""
    rng = np.random.default_rng(seed)
    chosen = [Shown(method, each[name]) for method, each in files.items()
              for name in rng.permutation(sorted(each))[:most].tolist()]
    return [[chosen[k]] for k in rng.permutation(len(chosen))]


def key_of(items: Sequence[Sequence[Shown]], kind: str) -> tuple[str, str]:
    """The key as CSV, and the name of the study, which follows from what is in it."""
    rows = [(kind, number, LETTERS[k], each.method, each.file)
            for number, item in enumerate(items, 1) for k, each in enumerate(item)]
    study = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(KEY_HEADER)
    table.writerows((study, *row) for row in rows)
    return text.getvalue(), study


def page_of(items: list[list[tuple[str, Packed]]], kind: str, study: str) -> str:
    """The page as HTML, which needs no other file and names no method. items: letters and
    pictures."""
    choices = () if kind == PREFERENCE else (REAL, FAKE)
    page = Page(kind, [ASKED[kind]], choices, items)
    data = [{"name": TITLES[kind], "charts": [], "grids": [], "study": study, "count": len(items)}]
    return rendered("study.html", TITLES[kind],
                    {"pictures": "Pictures", "answers": "Answers"}, data, page=page)


def _packed(file: Path, size: int) -> Packed:
    return packed_pixels(resize_image(read_uint8(file), size), size, QUALITY)
