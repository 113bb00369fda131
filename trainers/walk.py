"""`main.py walk RUN`: from one latent to another in small steps (Chen's thesis 3.3.3)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from framework.animation import save_gif, save_mp4, there_and_back
from framework.errors import UserError
from framework.grid import check_grid, enlargement, image_grid
from framework.plots import save_png
from trainers.restore import Sampler, finite

FRAMES = 40
MAX_FILM_WIDTH = 4096           # pixels, that players show


def straight(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """a (1 - t) + b t for each t: [..., T, d] from a and b of [..., d]."""
    t = np.asarray(t)[:, None]
    return a[..., None, :] * (1 - t) + b[..., None, :] * t


def along_the_sphere(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """As `straight`, but on the great circle, so that the steps of normal latents have their
    length: a straight line would pass where hardly any latent lies."""
    norms = np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1)
    angle = np.arccos(np.clip(np.sum(a * b, -1) / norms, -1, 1))[..., None, None]
    t = np.asarray(t)[:, None]
    return (np.sin((1 - t) * angle) * a[..., None, :]
            + np.sin(t * angle) * b[..., None, :]) / np.sin(angle)


INTERPOLATIONS = {"uniform": straight, "normal": along_the_sphere}


def walk_images(sampler: Sampler, rows: int, steps: int, seed: int) -> list[np.ndarray]:
    """K arrays [rows, steps, H, W, C]: each row goes from one random latent to another, the
    same in every domain. Where the generators are told classes, row r keeps class r (in turn).
    """
    ends = np.asarray(sampler.latents(2 * rows, seed))
    interpolate = INTERPOLATIONS[sampler.config.training.latent]
    z = interpolate(ends[:rows], ends[rows:], np.linspace(0, 1, steps))
    if sampler.classes:
        code = np.eye(sampler.classes)[np.arange(rows) % sampler.classes]
        z = np.concatenate([z, np.broadcast_to(code[:, None], (rows, steps, code.shape[-1]))], -1)
    images = finite(sampler.draw(z.reshape(rows * steps, -1).astype("float32")))
    return [x.reshape(rows, steps, *x.shape[1:]) for x in images]


def film(images: Sequence[np.ndarray]) -> np.ndarray:
    """The walks as frames uint8 [N, H, W, 3]: all rows side by side, the domains below each
    other, and back again."""
    rows, steps = images[0].shape[:2]
    scale = enlargement(images[0].shape[2])
    return there_and_back(np.stack([image_grid([x[:, t] for x in images], rows, scale)
                                    for t in range(steps)]))


def check_film(rows: int, shape: Sequence[int]) -> None:
    """Raises UserError for more walks of images of `shape` than stand side by side in a film."""
    width = rows * shape[1] * enlargement(shape[0])
    if width > MAX_FILM_WIDTH:
        raise UserError(f"a film of {rows} walks would be {width} pixels wide, more than "
                        f"{MAX_FILM_WIDTH}; lower --rows")


def main(run: str | Path, *, rows: int = 8, columns: int = 10, seed: int = 1, gif: bool = False,
         mp4: bool = False, output: str = "") -> None:
    """Writes the grid of `rows` walks of `columns` steps as PNG to `output`, and the films
    asked for beside it. Raises UserError for a run of 2-D points or another kind of file."""
    path = Path(output or Path(run) / f"walk-{seed}.png")
    if path.suffix.lower() != ".png":
        raise UserError(f"--output {output}: the picture is a .png")
    sampler = Sampler(run)
    if len(sampler.image_shape) != 3:
        raise UserError(f"{run} draws 2-D points; a walk needs images")
    check_grid(rows * columns, columns, sampler.image_shape, len(sampler.domains),
               "lower --rows or --columns")
    if gif or mp4:
        check_film(rows, sampler.image_shape)
    images = walk_images(sampler, rows, columns, seed)
    grid = [x.reshape(rows * columns, *x.shape[2:]) for x in images]
    save_png(path, sampler.picture(grid, columns))
    written = [path]
    for wanted, suffix, save in ((gif, ".gif", save_gif), (mp4, ".mp4", save_mp4)):
        if wanted:
            written.append(path.with_suffix(suffix))
            save(written[-1], film(walk_images(sampler, rows, FRAMES, seed)))
    print(f"{', '.join(map(str, written))}: {rows} walks in {', '.join(sampler.domains)}, "
          f"seed {seed}")
