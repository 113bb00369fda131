"""`main.py sample RUN`: new pictures from a trained run."""

from pathlib import Path

from framework.errors import UserError
from framework.plots import enlargement, image_grid, save_png, scatter_picture
from trainers.restore import Sampler


def main(run: str | Path, *, count: int = 50, seed: int = 1, output: str | None = None) -> None:
    """Draws `count` latents and writes their grid (or scatter) as PNG to `output`."""
    path = Path(output or Path(run) / f"sample-{seed}.png")
    if path.suffix.lower() != ".png":
        raise UserError(f"--output {output}: the picture is a .png")
    sampler = Sampler(run)
    images, columns = sampler.grid(count, seed)
    save_png(path, scatter_picture(images[0]) if images[0].ndim == 2
             else image_grid(images, columns, enlargement(images[0].shape[1])))
    print(f"{path}: {len(images[0])} samples of {', '.join(sampler.domains)}, seed {seed}")
