"""`main.py sample RUN`: new pictures from a trained run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from config.kinds import has
from config.resolve import load_config
from framework.errors import UserError
from framework.files import replacing, writable_folder
from framework.grid import check_grid
from framework.pixels import to_uint8
from framework.plots import save_png
from framework.progress import progress
from trainers.cyclegan import held_out_or_own, picture_of, shown_images
from trainers.image_sampler import SAMPLE_BATCH
from trainers.restore import Sampler, finite
from trainers.translators import Translators


def main(run: str | Path, *, count: int = 50, seed: int = 1, output: str = "", images: str = "",
         truncation: float = 1.0, label: int | None = None) -> None:
    """Draws `count` latents and writes their grid (or scatter) as PNG to `output`; or, to
    `images`, every picture by itself.

    images: a folder, for FOLDER/DOMAIN/000000.png and so on, the same names in every domain; or an
    .npz file, for an array uint8 [count, H, W, C] called after each domain. truncation: factor of
    all latents: below 1 the pictures are more usual and more alike. label: the only class that a
    conditional run is told. A run of translators shows real images above what they become. Raises
    UserError where this does not fit the run, and for a place that holds something already.
    """
    path = Path(output or Path(run) / f"sample-{seed}.png")
    if path.suffix.lower() != ".png":
        raise UserError(f"--output {output}: the picture is a .png")
    if images and output:
        raise UserError("output is a grid and images are single pictures; name one of them")
    if has(load_config(run).experiment.gan_type, "translators"):
        if images or truncation != 1 or label is not None:
            raise UserError(f"{run} translates images and draws none from latents; sample takes "
                            "--count, --seed and --output there, and translate writes single ones")
        return save_translations(Translators(run), path, count, seed)
    sampler = Sampler(run, truncation, label)
    if images:
        return save_images(sampler, Path(images), count, seed)
    shown, columns = sampler.grid(count, seed)
    save_png(path, sampler.picture(shown, columns))
    print(f"{path}: {len(shown[0])} samples of {', '.join(sampler.domains)}, seed {seed}")


def save_translations(translators: Translators, path: Path, count: int, seed: int) -> None:
    """Draws `count` real images of each domain, held-out ones where there are any, above their
    translations. seed: of the choice."""
    columns, names = translators.config.output.sample_columns, translators.domains
    check_grid(count, columns, translators.image_shape, 4, "lower --count")
    domains = held_out_or_own(translators.config)
    images = shown_images(domains, count, seed)
    made = [translators.to(1 - k, real) for k, real in enumerate(images)]
    save_png(path, picture_of(names, images, made, columns))
    print(f"{path}: {count} images of each of {', '.join(names)} above their translations, seed "
          f"{seed}")


def save_images(sampler: Sampler, place: Path, count: int, seed: int) -> None:
    """Writes every picture of `count` latents to the folder or the .npz file `place`."""
    if len(sampler.image_shape) != 3:
        raise UserError("images are of a run that draws images; this one draws points")
    if place.exists() and (place.is_file() or any(place.iterdir())):
        raise UserError(f"{place} exists; choose another place for the images")
    (save_npz if place.suffix == ".npz" else save_folder)(sampler, place, count, seed)
    print(f"{place}: {count} images of each of {', '.join(sampler.domains)}, seed {seed}")


def save_folder(sampler: Sampler, place: Path, count: int, seed: int) -> None:
    """PLACE/DOMAIN/000000.png and so on."""
    for name in sampler.domains:
        writable_folder(place / name)
    for start, images in drawn(sampler, count, seed):
        for name, pictures in zip(sampler.domains, images, strict=True):
            for k, picture in enumerate(pictures, start):
                save_png(place / name / f"{k:06d}.png", picture)


def save_npz(sampler: Sampler, place: Path, count: int, seed: int) -> None:
    """One array for each domain."""
    parts = [images for _, images in drawn(sampler, count, seed)]
    arrays: dict[str, Any] = {name: np.concatenate(pictures) for name, pictures in zip(
        sampler.domains, zip(*parts, strict=True), strict=True)}
    writable_folder(place.parent)
    with replacing(place) as temporary:
        np.savez_compressed(temporary, **arrays)


def drawn(sampler: Sampler, count: int, seed: int) -> Iterator[tuple[int, list[np.ndarray]]]:
    """(number of the first, K arrays uint8 [n, H, W, C]) of `count` latents, in parts."""
    inputs = sampler.inputs(count, seed)
    with progress(count, "drawing", "images") as bar:
        for start in range(0, count, SAMPLE_BATCH):
            images = finite(sampler.draw(inputs[start:start + SAMPLE_BATCH]))
            yield start, [to_uint8(x) for x in images]
            bar.update(len(images[0]))
