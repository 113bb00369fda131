"""The page of `translate`: given images above what they became in each domain."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from report.document import Table
from report.files import read_json
from report.html import address
from report.works import MOST_ROWS, Link, Row, Work, first_rows, not_shown, shown_file
from trainers.translate import MATCHES, SETTINGS, SHEET, Item, list_items, read_rows
from trainers.translation import TRUSTED

MOST_LISTED = 500               # in the table
DOUBT = "too badly matched for its translation to say anything"


def translated(folder: Path, images: Sequence[str], page: Path, said: Mapping[str, Any]) -> Work:
    """What the page says of the translations in `folder`, read from there. images: as given. said:
    `command`, `options` and `seconds` of `Work`. Raises UserError where the images are gone."""
    settings = read_json(folder / SETTINGS)
    settings = settings if isinstance(settings, dict) else {}
    to = settings.get("to")
    domains = [name for name in to if isinstance(name, str)] if isinstance(to, list) else []
    found: dict[str, tuple[str, float]] = {}
    with suppress(OSError, ValueError):
        found = read_rows(folder)
    items = [item for item in list_items(images, folder) if item.name in found]
    doubtful = sum(found[item.name][1] > TRUSTED for item in items)
    run = Path(str(settings.get("run", ""))).name
    return Work(
        name=f"{len(items)} {'image' if len(items) == 1 else 'images'} translated by {run}",
        lines=[f"Each given image, and what the latent that matches it best draws in the domains "
               f"{', '.join(domains)}. In its own domain that is the match."],
        rows=first_rows(_row(item, *found[item.name], domains, folder, page)
                        for item in items[:MOST_ROWS]),
        rest=not_shown(len(items) - MOST_ROWS, "the table and the sheet name them"),
        tables=[_table(items[:MOST_LISTED], found, domains, folder, page, len(items))],
        doubts=[(f"{doubtful} of {len(items)} are matched too badly for their translation to say "
                 f"anything (more than {100 * TRUSTED:.0f} % unmatched).",
                 "The generators do not draw such images: give some that are like those of its "
                 "training, or train longer.")] * (doubtful > 0), **said)


def _row(item: Item, domain: str, unmatched: float, domains, folder: Path, page: Path) -> Row:
    made = [each for name in domains for each in shown_file(
        folder / name / f"{item.name}.png", name + " (match)" * (name == domain), page)]
    share = f"{100 * unmatched:.0f} % of it unmatched"
    return Row([*shown_file(item.file, "given", page), *made], item.name,
               f"Of {domain}, {share}." * (unmatched <= TRUSTED),
               f"Of {domain}, {share}: {DOUBT}." * (unmatched > TRUSTED))


def _table(items: Sequence[Item], found, domains, folder: Path, page: Path, count: int) -> Table:
    """How well each image was matched, with links to the files."""
    rows = [[item.name, found[item.name][0], f"{found[item.name][1]:.2f}",
             *(Link("PNG", address(folder / name / f"{item.name}.png", page))
               for name in domains)] for item in items]
    files = [name for name in (MATCHES, SHEET) if (folder / name).is_file()]
    caption = (f"All figures are in {' and the pictures in '.join(files)}. Unmatched: the share of "
               "an image's difference from the mean that its match leaves."
               + f" The first {len(items)} of {count}." * (len(items) < count))
    return Table(caption, ["image", "of", "unmatched", *domains], rows)
