"""`main.py translate RUN IMAGES ...`."""

import time
from functools import partial
from typing import Any

from commands.registry import COMMANDS, REPORT, RUN
from config.resolve import load_config
from framework.options import MAX_COUNT, MAX_SEED, Option
from framework.quiet import quiet


@COMMANDS.register("translate", options=(
    RUN,
    Option("images", str, None, "images of one of its domains: files, and folders of them",
           positional=True, count="+"),
    Option("from", str, "", "the domain that they are of (default: for each that in which it is "
           "matched best)"),
    Option("to", str, "", "domains to draw them in, with commas (default: all)"),
    Option("output", str, "", "folder (default: translated/ in the run's)"),
    Option("starts", int, 8, "latents that the search for an image begins from", low=1, high=256),
    Option("iterations", int, 200, "steps of that search; 0: what the encoder of fit-encoder says",
           low=0, high=MAX_COUNT),
    Option("seed", int, 1, "of the starts", low=0, high=MAX_SEED),
    Option("overwrite", bool, False, "begin anew in a folder that holds translations"),
    REPORT))
def translate(**given: Any) -> int | None:
    """Draws your images in the other domains of a run."""
    began, values, wanted = time.perf_counter(), dict(given), given.pop("report", True)
    load_config(given["run"])
    with quiet():
        from trainers import translate
    places = {"from": "source", "to": "targets"}
    folder = translate.main(**{places.get(name, name): value for name, value in given.items()})
    if wanted:
        from report.translated import translated
        from report.works import page_beside, write_work
        page, options = page_beside(folder, True), COMMANDS.options["translate"]
        write_work(page, began, "translate", options, values,
                   {option.name: option.default for option in options},
                   partial(translated, folder, given["images"], page))
    return None
