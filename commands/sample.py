"""`main.py sample RUN`."""

from commands.registry import COMMANDS, RUN
from config.resolve import load_config
from framework.options import MAX_SEED, Option
from framework.quiet import quiet


@COMMANDS.register("sample", options=(
    RUN,
    Option("count", int, 50, "latent vectors", low=1, high=100_000),
    Option("seed", int, 1, "of the latents", low=0, high=MAX_SEED),
    Option("output", str, "", "PNG file (default: in the run's folder)")))
def sample(run: str, count: int, seed: int, output: str) -> int | None:
    """Draws a grid from a run's generators."""
    load_config(run)
    with quiet():
        from trainers import sample
    return sample.main(run, count=count, seed=seed, output=output)
