"""What the methods of `stylize` draw of pairs of a photograph and a painting, and what that costs.

A result lies at FOLDER/WAY/PHOTOGRAPH--PAINTING.png; the .json beside it says what it was drawn
from and what it cost. So a command that was stopped goes on where it was, two figures share their
results, and `main.py study` compares the folders.
"""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from config.resolve import load_config
from config.run import newest_checkpoint
from data.folders import image_files
from framework.apart import run_apart
from framework.costs import Costs, costs_of
from framework.errors import UserError
from framework.extensions import load_extensions
from framework.files import writable_folder, write_text
from framework.pixels import to_unit
from framework.progress import progress
from framework.quiet import import_tensorflow
from framework.registry import accepts
from nets.vgg import layers_of
from style import images
from style.methods import METHODS
from style.stylize import check_options, settings_of
from style.trained import GAN_TYPES, find_run

UNTOLD = ("progress", "before", "memory_limit")     # of a method's options: they change no result


class Picture(NamedTuple):
    """A photograph or painting: its file's name without the ending, and uint8 [H, W, 3]."""

    name: str
    pixels: np.ndarray


class Way(NamedTuple):
    """A method and its options. name: the method's, or that of a run. told: every option that its
    results follow from, by name, as it is written down; a run by its name and checkpoint, and a
    file by its name."""

    name: str
    method: str
    options: dict[str, Any]
    told: dict[str, Any]


class Job(NamedTuple):
    """A result to make: its place, and what its record says it was drawn from."""

    photograph: Picture
    painting: Picture
    file: Path
    about: dict[str, Any]

    @property
    def record(self) -> Path:
        return self.file.with_suffix(".json")


class Result(NamedTuple):
    """A result of a way that is there."""

    way: str
    photograph: Picture
    painting: Picture
    pixels: np.ndarray
    costs: Costs


def whole_pictures(folder: str, most: int, size: int) -> list[Picture]:
    """The first `most` images of `folder` that can be read, with a longer side of `size`; one that
    cannot is passed over with a line. Raises UserError without any, and for two of one name."""
    found = []
    for file in image_files(Path(folder)):
        if len(found) == most:
            break
        try:
            pixels = images.resize_image(images.read_uint8(str(file)), size)
        except UserError as error:
            tqdm.write(f"{error}; it is passed over", file=sys.stderr)
            continue
        found.append(Picture(file.stem, pixels))
    if not found:
        raise UserError(f"no image in {folder} can be read")
    name, times = Counter(each.name for each in found).most_common(1)[0]
    if times > 1:
        raise UserError(f"{times} images in {folder} are called {name}; rename them")
    return found


def find_ways(names: str, runs: Sequence[str], settings: Mapping[str, Any]) -> list[Way]:
    """The ways called `names`, which commas part, with those of the `settings` that each has;
    `iterations` only where a method takes steps by itself.

    A name is a method's, or any that `runs` gives to a run, so that two runs of one method can be
    compared. runs: NAME=RUN for each that needs a trained net. Raises UserError for an unknown
    name, for a run that is missing or does not belong, and as `style.stylize.check_options` does.
    """
    chosen, folders = list(dict.fromkeys(layers_of(names))), dict(map(_named_run, runs))
    if not chosen:
        raise UserError("--methods names no method")
    ways = [_way(name, folders.get(name, ""), settings) for name in chosen]
    for name in set(folders) - {way.name for way in ways if "run" in way.options}:
        raise UserError(f"--runs names a run of {name}, which is none of the --methods that need "
                        "one")
    return ways


def _named_run(text: str) -> tuple[str, str]:
    name, equals, run = text.partition("=")
    if not (name and equals and run) or name != Path(name).name:
        raise UserError(f"--runs has NAME=RUN, such as adain=runs/style, not {text}")
    return name, run


def _way(name: str, run: str, settings: Mapping[str, Any]) -> Way:
    method = name if name in METHODS or not run else method_of(run)
    draw = METHODS.find(method)
    options = {key: value for key, value in settings.items() if accepts(draw, key)}
    if not settings_of(draw, {}).get("iterations"):
        options.pop("iterations", None)         # steps behind a net would make another way of it
    told = {key: value for key, value in settings_of(draw, options).items() if key not in UNTOLD}
    if "vgg_weights" in told:
        told["vgg_weights"] = Path(told["vgg_weights"]).name
    if accepts(draw, "run"):
        if not run:
            raise UserError(f"the method {name} needs a trained net: --runs {name}=RUN")
        options["run"] = run
        checkpoint = find_run(run, method)[1] if method in GAN_TYPES else newest_checkpoint(run)
        told |= {"run": Path(run).resolve().name, "checkpoint": checkpoint}
    check_options(method, draw, options)
    return Way(name, method, options, told)


def method_of(run: str) -> str:
    """The method that draws with the net of a run. Raises UserError where none does."""
    gan_type = load_config(run).experiment.gan_type
    for method, of_method in GAN_TYPES.items():
        if of_method == gan_type:
            return method
    raise UserError(f"{run} is of gan_type {gan_type}, with which no method draws; one of "
                    f"{', '.join(GAN_TYPES.values())} does")


def results_of(ways: Sequence[Way], pairs: Sequence[tuple[Picture, Picture]],
               folder: Path) -> list[Result]:
    """The results of all `ways` for all `pairs`, way by way. Those that `folder` lacks are drawn,
    each way's in a process of its own; what a method cannot draw is left out, with a line.

    Raises UserError, before anything is drawn, where a result is there that was drawn from
    something else, and where a method can draw none.
    """
    planned = [(way, [_job(way, *pair, folder) for pair in pairs]) for way in ways]
    missing = [(way, [job for job in jobs if not _is_drawn(job)]) for way, jobs in planned]
    for way, jobs in missing:
        if jobs:
            run_apart(f"drawing by {way.name}", draw_all, way, jobs)
    return [_result(way, job) for way, jobs in planned for job in jobs if _is_drawn(job)]


def _job(way: Way, photograph: Picture, painting: Picture, folder: Path) -> Job:
    about = {**way.told, "photograph": _digest(photograph), "painting": _digest(painting)}
    return Job(photograph, painting,
               folder / way.name / f"{photograph.name}--{painting.name}.png", about)


def _digest(picture: Picture) -> str:
    shape = np.array(picture.pixels.shape, "<i8").tobytes()
    return hashlib.sha256(shape + picture.pixels.tobytes()).hexdigest()


def _is_drawn(job: Job) -> bool:
    """Whether the result is there. Raises UserError if it was drawn from something else. An option
    that the method had not when it was drawn is not compared."""
    try:
        found = json.loads(job.record.read_text(encoding="utf-8"))["about"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    for name, value in json.loads(json.dumps(job.about)).items():
        if found.get(name, value) != value:
            other = (f"of another {name}, or at another size" if name in ("photograph", "painting")
                     else f"with {name} {found[name]}, not {value}")
            raise UserError(f"{job.file} was drawn {other}; choose another --output, or remove it")
    return job.file.is_file()


def _result(way: Way, job: Job) -> Result:
    costs = json.loads(job.record.read_text(encoding="utf-8"))["costs"]
    return Result(way.name, job.photograph, job.painting, images.read_uint8(job.file),
                  Costs(**costs))


def draw_all(way: Way, jobs: Sequence[Job]) -> None:
    """Draws and writes the results of one way. Before the first the method draws once for nothing,
    in one step where it takes steps, so that no result pays for what is loaded and compiled once.
    Raises UserError where no result can be drawn."""
    load_extensions()
    import_tensorflow()
    draw, errors = METHODS.find(way.method), []
    once = {"iterations": 1} if way.told.get("iterations") else {}
    with suppress(UserError):
        _draw(draw, jobs[0], way.options | once)
    writable_folder(jobs[0].file.parent)
    with progress(len(jobs), f"drawing by {way.name}", "images") as bar:
        for job in jobs:
            try:
                image, costs = costs_of(lambda job=job: _draw(draw, job, way.options))
            except UserError as error:
                errors.append(f"{job.file.name}: {error}")
            else:
                images.write_image(job.file, image)
                write_text(job.record, json.dumps({"about": job.about, "costs": costs._asdict()}))
            bar.update()
    if len(errors) == len(jobs):
        raise UserError(errors[0])
    for line in errors:
        print(f"{line}; it is left out", file=sys.stderr)


def _draw(draw, job: Job, options) -> np.ndarray:
    photograph, painting = (to_unit(each.pixels)[None] for each in (job.photograph, job.painting))
    return np.asarray(draw(photograph, [painting], **options))
