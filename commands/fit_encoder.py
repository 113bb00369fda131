"""`main.py fit-encoder RUN`."""

from commands.registry import COMMANDS, RUN
from config.resolve import load_config
from framework.options import MAX_COUNT, MAX_SEED, Option
from framework.quiet import quiet


@COMMANDS.register("fit-encoder", options=(
    RUN,
    Option("iterations", int, 2000, "steps", low=1, high=MAX_COUNT),
    Option("seed", int, 0, "of the latents", low=0, high=MAX_SEED)))
def fit_encoder(run: str, iterations: int, seed: int) -> int | None:
    """Fits an encoder from a run's images to latents, from which translate begins."""
    load_config(run)
    with quiet():
        from trainers import fit_encoder
    return fit_encoder.main(run, iterations=iterations, seed=seed)
