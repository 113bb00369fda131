"""`main.py sample RUN`: new pictures from a trained run."""

from pathlib import Path

from framework.errors import UserError
from framework.plots import save_png
from trainers.restore import Sampler


def main(run: str | Path, *, count: int = 50, seed: int = 1, output: str | None = None) -> None:
    """Draws `count` latents and writes their grid (or scatter) as PNG to `output`."""
    path = Path(output or Path(run) / f"sample-{seed}.png")
    if path.suffix.lower() != ".png":
        raise UserError(f"--output {output}: the picture is a .png")
    sampler = Sampler(run)
    images, columns = sampler.grid(count, seed)
    save_png(path, sampler.picture(images, columns))
    print(f"{path}: {len(images[0])} samples of {', '.join(sampler.domains)}, seed {seed}")
