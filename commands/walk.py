"""`main.py walk RUN`."""

from commands.registry import COMMANDS, RUN
from config.resolve import load_config
from framework.options import MAX_SEED, Option
from framework.quiet import quiet


@COMMANDS.register("walk", options=(
    RUN,
    Option("rows", int, 8, "walks", low=1, high=1000),
    Option("columns", int, 10, "steps", low=2, high=1000),
    Option("seed", int, 1, "of the latents", low=0, high=MAX_SEED),
    Option("gif", bool, False, "also as an animated GIF"),
    Option("mp4", bool, False, "also as an MP4 film"),
    Option("output", str, "", "PNG file (default: in the run's folder)")))
def walk(run: str, rows: int, columns: int, seed: int, gif: bool, mp4: bool,
         output: str) -> int | None:
    """Draws the steps between latents of a run."""
    load_config(run)
    with quiet():
        from trainers import walk
    return walk.main(run=run, rows=rows, columns=columns, seed=seed, gif=gif, mp4=mp4,
                     output=output)
