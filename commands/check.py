"""`main.py check DATA`."""

import re
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from commands.registry import COMMANDS
from config import suggest
from config.resolve import from_flags
from config.sections import Config
from data.checkup import Checked, check, shared
from data.findings import examples, looks_of, table
from data.names import domain_names
from data.remarks import FEW, remarks
from framework import command_line
from framework.errors import UserError, one_line
from framework.files import writable_folder
from framework.grid import check_grid, enlargement, image_grid
from framework.notice import announced
from framework.options import Option
from framework.pixels import to_unit
from framework.quiet import quiet

SHEET_IMAGES, SHEET_COLUMNS = 40, 10
MAX_SHEET_SIDE = 256            # pixels of an image in the sheet
MAX_NAME = 60                   # characters of the data's names in that of the sheet


@COMMANDS.register("check", options=(
    Option("data", str, None, "folders or zip files of images, each a domain or one that holds "
           "all, or a name, see `datasets`", positional=True, count="+"),
    Option("data_dir", str, "", "where local data sets are looked for"),
    Option("image_size", int, 0, "height and width that training is to have; 0: as the data set",
           low=0, high=1024),
    Option("output", str, "", "folder for check-NAME.png, a sheet of 40 images of each domain"),
    Option("time", bool, False, "also measures how long the suggested training takes on this "
           "machine, by a few iterations of which nothing is kept"),
    Option("limit", int, 5000, "images looked at of a domain, and of its held-out ones", low=1,
           high=100_000)))
def check_data(data: Sequence[str], data_dir: str, image_size: int, output: str,
               limit: int, time: bool) -> None:
    """Says what is in folders of images before anybody trains on them. It counts, names broken
    and repeated images, says what to mind and which command trains; it downloads nothing.
    """
    named = suggest.Data.of(data)
    names = domain_names(named.dataset, named.domains, data_dir)
    preset = suggest.preset_for(named, len(names))
    folder = writable_folder(output) if output else None
    size, domains = check(names, data_dir, image_size or preset.values.get("image_size"), limit)
    side = min(size, MAX_SHEET_SIDE)
    if folder:
        check_grid(SHEET_IMAGES, SHEET_COLUMNS, (side, side, 3), len(domains),
                   "name fewer domains")
    common = shared(domains)
    print(table(domains), end="\n\n")
    for title, lines in (("for example", examples(domains, common)),
                         ("to mind", remarks(domains, size, common) or ["nothing"])):
        print(*(f"{title}:", *(f"  {line}" for line in lines)) if lines else (), sep="\n",
              end="\n\n" if lines else "")
    if folder:
        _draw(folder / f"check-{_file_name(data)}.png", domains, side)
    if unread := [d.name for d in domains if not d.train.looks]:
        raise UserError(f"no image of {' and '.join(unread)} can be read")
    places = ["--data_dir", data_dir] if data_dir else []
    _suggest(named, domains, size, places, bool(image_size), _measured if time else _asked)


def _suggest(named: suggest.Data, domains: Sequence[Checked], size: int, places: list[str],
             size_is_given: bool, takes: Callable[[Config], str]) -> None:
    """Prints the commands that train on the data, and what each `takes`."""
    preset = suggest.preset_for(named, len(domains))
    filed = all(any(d.train.kinds.values()) for d in domains)
    short = min(float(np.median([min(look.height, look.width) for look in looks_of(d)]))
                for d in domains)
    flags, free = [*places], not size_is_given and preset.values.get("generator", "auto") == "auto"
    if filed and free and short < size and suggest.fitting_size(short):
        size = suggest.fitting_size(short)
        flags += ["--image_size", str(size)]
    elif size_is_given:
        flags += ["--image_size", str(size)]
    few = any(d.train.total < FEW for d in domains)
    line = suggest.command(named, len(domains), size, flags, few)
    print(f"train with:\n  {line}\n  preset {preset.name}: {preset.description}", flush=True)
    if size in suggest.net_sizes():
        print(f"  {takes(_config_of(line))}", flush=True)
    if size not in suggest.net_sizes():
        print(f"  no nets stand ready for {size} pixels; --image_size may be "
              f"{', '.join(map(str, suggest.net_sizes()))}")
    if filed and len(domains) in suggest.PHOTOGRAPHS and short >= suggest.PHOTOGRAPH_SIDE:
        line, description = suggest.quick_command(named, len(domains), places)
        print(f"or, sooner done:\n  {line}\n  {description}", flush=True)
        print(f"  {takes(_config_of(line))}")


def _config_of(line: str) -> Config:
    """The configuration that a suggested command line gives, of a run that is not there."""
    COMMANDS.find("train")
    with TemporaryDirectory() as folder:
        words = [*shlex.split(line)[2:], "--run", str(Path(folder) / "run")]
        return from_flags(command_line.parse(COMMANDS.options["train"], words))


def _asked(config: Config) -> str:
    """How many iterations there are, and how to know what they take."""
    parent = config.nets.parent_iterations
    return (f"{config.training.iterations} iterations"
            + f", after {parent} of a parent" * bool(parent)
            + "; --time measures how long they take here")


def _measured(config: Config) -> str:
    """How long a training takes on this machine."""
    with announced("measuring how long it takes here"), quiet():
        from trainers import dry_run
        from trainers.domains import load_domains
    return dry_run.in_short(config, load_domains(config, prune=False))


def _draw(path: Path, domains: Sequence[Checked], side: int) -> None:
    from framework.plots import save_png

    seen = [d for d in domains if d.train.looks]
    if seen:
        columns = min(SHEET_COLUMNS, max(len(d.train.looks) for d in seen))
        picture = image_grid([_pictures(d, side, columns) for d in seen], columns,
                             enlargement(side), names=[one_line(d.name) for d in seen])
        save_png(path, picture)
        print(one_line(f"{path}: up to {SHEET_IMAGES} images of each domain, as training crops "
                       "them"), end="\n\n")


def _pictures(domain: Checked, side: int, least: int) -> np.ndarray:
    """The domain's images in the sheet in [-1, 1]; grey ones where there are fewer than `least`,
    so that all blocks of the sheet are equally wide."""
    images = to_unit(domain.train.pictures(SHEET_IMAGES, side))
    missing = max(0, least - len(images))
    return np.pad(images, ((0, missing), (0, 0), (0, 0), (0, 0)))


def _file_name(words: Sequence[str]) -> str:
    """A name for a file, in letters of any script, of folders, zip files and names."""
    stems = (Path(word).resolve().stem if Path(word).exists() else word for word in words)
    return re.sub(r"\W+", "-", "-".join(stems)).strip("-")[:MAX_NAME] or "data"
