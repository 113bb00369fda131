"""`main.py sample RUN`."""

from typing import Any

from commands.registry import COMMANDS, RUN
from config.resolve import load_config
from framework.options import MAX_SEED, Option
from framework.quiet import quiet


@COMMANDS.register("sample", options=(
    RUN,
    Option("count", int, 50, "latent vectors", low=1, high=100_000),
    Option("seed", int, 1, "of the latents", low=0, high=MAX_SEED),
    Option("output", str, "", "PNG file (default: in the run's folder)"),
    Option("images", str, "", "folder or .npz file for every picture by itself, instead of a grid"),
    Option("truncation", float, 1.0, "factor of all latents: below 1, pictures are more usual and "
           "more alike", low=0, high=10),
    Option("class", int, None, "the only class that a conditional run is told, from 0 on", low=0,
           high=2**20)))
def sample(**given: Any) -> int | None:
    """Draws a grid, or single pictures, from a run's generators."""
    load_config(given["run"])
    with quiet():
        from trainers import sample
    return sample.main(**{"label" if name == "class" else name: value
                          for name, value in given.items()})
