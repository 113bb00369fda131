"""`main.py edit RUN`."""

from typing import Any

from commands.registry import COMMANDS, RUN
from config.resolve import load_config
from framework.options import MAX_COUNT, MAX_SEED, Option
from framework.quiet import quiet


@COMMANDS.register("edit", options=(
    RUN,
    Option("direction", str, "", "class or attribute that images get more and less of; with commas "
           "several together, not:NAME without one"),
    Option("plus", str, [], "such names, whose mean latents are added", count="+"),
    Option("minus", str, [], "and those that are subtracted: --plus Smiling,not:Male Male --minus "
           "not:Male", count="+"),
    Option("strokes", str, "", "picture that is transparent but for what images shall look like"),
    Option("image", str, "", "image to edit, in the place of new ones"),
    Option("domain", str, "", "that of the strokes and of the image (default: the first)"),
    Option("classifier", str, "", "by which names are known, a .keras file (default: one that "
           "learns the run's labels)"),
    Option("strength", float, 1.5, "most steps along the direction", low=0, high=100),
    Option("rows", int, 6, "latents, or sums", low=1, high=1000),
    Option("columns", int, 9, "steps along the direction, or images found for strokes", low=1,
           high=1000),
    Option("count", int, 5000, "latents that the classifier reads", low=10, high=MAX_COUNT),
    Option("iterations", int, 200, "steps of the search for strokes or image", low=1,
           high=MAX_COUNT),
    Option("seed", int, 1, "of the latents", low=0, high=MAX_SEED),
    Option("output", str, "", "PNG file (default: in the run's folder)")))
def edit(**given: Any) -> int | None:
    """Draws a run's images with more and less of an attribute, sums, or after strokes."""
    load_config(given["run"])
    with quiet():
        from trainers import edit
    return edit.main(**given)
