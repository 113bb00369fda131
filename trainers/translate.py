"""`main.py translate RUN IMAGES ...`: files in, files of the same names out, and a sheet."""

import csv
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from config.kinds import has
from config.resolve import load_config
from config.run import shown_checkpoint
from data.decode import decode
from data.folders import Place, crop_square, image_files
from framework.errors import UserError, unknown
from framework.files import writable_folder, write_text
from framework.grid import enlargement, image_grid
from framework.pixels import to_uint8, to_unit
from framework.plots import save_png
from framework.progress import progress
from trainers.latent_search import BATCH
from trainers.restore import Sampler
from trainers.translation import TRUSTED, Translator
from trainers.translators import PairTranslator, Translators

SETTINGS, MATCHES, SHEET = "translation.json", "matches.csv", "sheet.png"
SHOWN, COLUMNS = 20, 10         # images on the sheet
NAMED = 10                      # images of which a line is printed
SEARCH = 8, 200, 1              # starts, iterations and seed, where none are given


class Item(NamedTuple):
    """One image to translate: its file, and the name of its results, a path without a suffix."""

    file: Place
    name: str


def main(run: str, images: Sequence[str], *, source: str = "", targets: str = "",
         output: str = "", starts: int = SEARCH[0], iterations: int = SEARCH[1],
         seed: int = SEARCH[2],
         overwrite: bool = False) -> Path:
    """Draws each image in the domains `targets` (with commas; "": all) and writes it to
    OUTPUT/DOMAIN/NAME.png, how well it was matched to matches.csv, and a sheet. Returns OUTPUT.

    images: files and folders. source: their domain; "": for each that in which it is matched
    best. In its own domain, an image becomes what matched it. A run of translators takes the place
    of the search: there an image becomes what it returns as. What the output folder holds already
    is kept, so that a stopped command goes on; `overwrite` begins anew. Raises UserError, before
    anything is drawn, for images that are missing or called alike, for domains that the run has
    not, and where the folder holds translations made otherwise.
    """
    direct = has(load_config(run).experiment.gan_type, "translators")
    if direct and (starts, iterations, seed) != SEARCH:
        raise UserError(f"{run} translates in one pass: --starts, --iterations and --seed are of a "
                        "search for latents; leave them out")
    sampler = Translators(run) if direct else Sampler(run)
    alone = len(sampler.domains) < 2 and not has(sampler.config.experiment.gan_type, "likelihood")
    if len(sampler.image_shape) != 3 or alone:
        raise UserError(f"translate needs a run of two domains of images or more; {run} draws "
                        f"{', '.join(sampler.domains)}")
    sources = [domain_number(sampler, source)] if source else range(len(sampler.domains))
    wanted = [domain_number(sampler, name.strip()) for name in targets.split(",") if name.strip()]
    wanted = wanted or list(range(len(sampler.domains)))
    folder = Path(output or Path(run) / "translated")
    items = list_items(images, folder)
    writable_folder(folder)
    rows = begin(folder, {"run": str(Path(run).resolve()), "checkpoint": shown_checkpoint(run)[1],
                          "from": source, "to": [sampler.domains[k] for k in wanted],
                          "starts": starts, "iterations": iterations, "seed": seed}, overwrite)
    left = [item for item in items if item.name not in rows]
    if len(left) < len(items):
        print(f"{len(items) - len(left)} of {len(items)} images are in {folder} already")
    translator = (PairTranslator(sampler, sources) if isinstance(sampler, Translators) else
                  Translator(sampler, sources, starts=starts, iterations=iterations, seed=seed))
    with progress(len(left), "translating", "images") as bar:
        for some, given in batches(left, sampler.image_shape[0], len(items) > 1):
            found = translator(given)
            for k in wanted:
                for item, image in zip(some, found.images[k], strict=True):
                    write_picture(folder / sampler.domains[k] / f"{item.name}.png", image)
            rows |= {item.name: (sampler.domains[k], float(unmatched)) for item, k, unmatched
                     in zip(some, found.source, found.unmatched, strict=True)}
            write_rows(folder, rows)
            bar.update(len(some))
    done = [item for item in items if item.name in rows]
    draw_sheet(folder, done[:SHOWN], [sampler.domains[k] for k in wanted], sampler.image_shape[0])
    report(folder, {item.name: rows[item.name] for item in done})
    return folder


def domain_number(sampler: Sampler | Translators, name: str) -> int:
    """The number of the run's domain called `name`. Raises UserError where it has none."""
    if name not in sampler.domains:
        raise unknown("domain", name, sampler.domains)
    return sampler.domains.index(name)


def list_items(places: Sequence[str], results: Path) -> list[Item]:
    """The images in files and folders, in order, but none of the `results` of an earlier command.
    Where two files differ in their endings only, their results keep these: a.jpg.png.

    Raises UserError where a place holds no image, and where two results would have one name.
    """
    found: list[tuple[Place, Path]] = []        # a file, and its path in the place
    for place in map(Path, places):
        if place.is_dir() or place.suffix.lower() == ".zip":
            found += [(file, Path(str(file)).relative_to(place)) for file in image_files(place)
                      if not lies_in(str(file), results)]
        elif place.is_file():
            found.append((place, Path(place.name)))
        else:
            raise UserError(f"there is no image and no folder {place}")
    alike = Counter(inner.with_suffix("") for _, inner in found)
    items = [Item(file, str(inner if alike[inner.with_suffix("")] > 1 else inner.with_suffix("")))
             for file, inner in found]
    seen: dict[str, Place] = {}
    for item in items:
        if item.name in seen:
            raise UserError(f"{seen[item.name]} and {item.file} would both become {item.name}.png; "
                            "rename one, or translate them into two folders")
        seen[item.name] = item.file
    return items


def lies_in(path: str, folder: Path) -> bool:
    """Whether the file at `path` lies in `folder` or below."""
    return Path(path).resolve().is_relative_to(folder.resolve())


def begin(folder: Path, settings: dict, overwrite: bool) -> dict[str, tuple[str, float]]:
    """The rows of what `folder` holds of translations with these settings; none after
    `overwrite`. Raises UserError where it holds some that were made otherwise."""
    path = folder / SETTINGS
    if path.exists() and not overwrite:
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            kept = None
        if kept != settings:
            raise UserError(f"{folder} holds translations that were made otherwise; choose another "
                            "--output, or add --overwrite")
        return read_rows(folder)
    (folder / MATCHES).unlink(missing_ok=True)
    write_text(path, json.dumps(settings, indent=2) + "\n")
    return {}


def read_rows(folder: Path) -> dict[str, tuple[str, float]]:
    """Name -> domain and what stayed unmatched, of matches.csv; a row that cannot be read is
    left out, so that its image is translated anew."""
    rows = {}
    if (folder / MATCHES).is_file():
        with open(folder / MATCHES, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                with suppress(KeyError, TypeError, ValueError):
                    rows[row["name"]] = row["from"], float(row["unmatched"])
    return rows


def write_rows(folder: Path, rows: dict[str, tuple[str, float]]) -> None:
    """Writes matches.csv anew."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["name", "from", "unmatched"])
    table.writerows([name, domain, f"{unmatched:.4f}"]
                    for name, (domain, unmatched) in rows.items())
    write_text(folder / MATCHES, text.getvalue())


def batches(items: Sequence[Item], side: int,
            several: bool) -> Iterator[tuple[list[Item], np.ndarray]]:
    """The items in groups of BATCH with their images, float32 [n, side, side, 3] in [-1, 1], cut
    as training cuts those of folders. Of several, one that is broken is passed over with a line."""
    for i in range(0, len(items), BATCH):
        whole, images = [], []
        for item in items[i:i + BATCH]:
            try:
                images.append(crop_square(decode(item.file), side))
                whole.append(item)
            except UserError as error:
                if not several:
                    raise
                tqdm.write(f"{error}; it is passed over", file=sys.stderr)
        if whole:
            yield whole, to_unit(np.stack(images))


def write_picture(path: Path, image: np.ndarray) -> None:
    """Writes an image [H, W, C] in [-1, 1] as PNG, into a folder that is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_png(path, to_uint8(image))


def draw_sheet(folder: Path, items: Sequence[Item], domains: Sequence[str], side: int) -> None:
    """Draws the given images above what they became in each domain."""
    if not items:
        return
    rows = [[crop_square(decode(item.file), side) for item in items],
            *([decode(folder / name / f"{item.name}.png") for item in items] for name in domains)]
    save_png(folder / SHEET, image_grid([to_unit(np.stack(row)) for row in rows], COLUMNS,
                                        enlargement(side), layout="pairs",
                                        names=["given", *domains]))


def report(folder: Path, rows: dict[str, tuple[str, float]]) -> None:
    """Prints how well the images were matched, and a warning of those that were not."""
    for name, (domain, unmatched) in list(rows.items())[:NAMED]:
        print(f"{name}: of {domain}, {100 * unmatched:.0f} % of it unmatched")
    print(f"{folder}: {len(rows)} images, matches.csv, sheet.png")
    doubtful = [name for name, (_, unmatched) in rows.items() if unmatched > TRUSTED]
    if doubtful:
        print(f"{len(doubtful)} of {len(rows)} are matched too badly for their translation to say "
              f"anything (more than {100 * TRUSTED:.0f} % unmatched): {', '.join(doubtful[:3])}"
              f"{', ...' if len(doubtful) > 3 else ''}; the generators do not draw such images")
