"""`main.py evaluate RUN` and `main.py evaluate --folders A B`."""

from typing import Any

from commands.registry import COMMANDS
from config.kinds import has
from config.resolve import load_config
from data.load import SPLITS
from framework.errors import UserError
from framework.options import Option
from framework.quiet import quiet
from metrics import choice

OF_RUNS = ("split", "data_dir", "baseline", "blind_sheet")
OF_FOLDERS = ("image_size", "output")


@COMMANDS.register("evaluate", options=(
    Option("run", str, "", "folder of the run", positional=True, count="?"),
    Option("split", str, "train", "real images", choices=SPLITS),
    Option("data_dir", str, "", "where the run's data lie by now"),
    Option("baseline", str, "", "of --metrics pairing: the same run without couplings; pairs "
           "at the price of worse or fewer images are void"),
    Option("blind_sheet", bool, False, "also draws true and shuffled pairs for people, and a key; "
           "without --metrics only that"),
    Option("folders", str, None, "two folders or zip files of images, instead of a run", count=2),
    Option("image_size", int, 0, "of --folders; 0: as the smaller of their first images", low=0,
           high=4096),
    Option("output", str, "", "of --folders: where to keep the figures"),
    *choice.OPTIONS))
def evaluate(run: str, folders: list[str] | None, split: str, data_dir: str, baseline: str,
             blind_sheet: bool, image_size: int, output: str, **measures: Any) -> int | None:
    """Measures a run and writes its metrics.json, or compares two folders of images."""
    if bool(folders) == bool(run):
        raise UserError("evaluate takes a run, or two folders of images after --folders")
    of_runs = split != "train" or data_dir or baseline or blind_sheet
    if of_runs if folders else (image_size or output):
        raise UserError(f"{', '.join(OF_RUNS)} belong to a run, {' and '.join(OF_FOLDERS)} to "
                        "--folders")
    known = choice.FOLDER_METRICS if folders else choice.METRICS
    measures["metrics"] = choice.parse_names(measures["metrics"], known)
    if folders:
        with quiet(logged=True):
            from trainers import folder_evaluation
        return folder_evaluation.main(*folders, image_size=image_size, output=output, **measures)
    direct = has(load_config(run).experiment.gan_type, "translators")
    if direct and (baseline or blind_sheet):
        raise UserError(f"baseline and blind_sheet belong to a run of generators, and {run} "
                        "translates")
    if baseline:
        if "pairing" not in measures["metrics"]:
            raise UserError("baseline belongs to --metrics pairing")
        load_config(baseline)
    with quiet(logged=True):
        from report.page import RunPage
    if direct:
        with quiet(logged=True):
            from trainers import translator_evaluation
        translator_evaluation.main(run, split=split, data_dir=data_dir, **measures)
    else:
        with quiet(logged=True):
            from trainers import evaluation
        evaluation.main(run, split=split, data_dir=data_dir, baseline=baseline,
                        blind_sheet=blind_sheet, **measures)
    RunPage(run).write(now=True)
    return None
