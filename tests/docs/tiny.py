"""The commands of the pages at sizes that take seconds: options put behind those of the page."""

import shlex
from pathlib import Path

from commands.registry import COMMANDS
from config.options import BY_NAME
from config.resolve import resolve
from framework import command_line
from tests.docs.world import WORDS

# Commands that are not given, and why. The words a command begins with, or has in it.
NOT_RUN = {
    "make ": "sets up an environment; the commands that it gives stand on the pages",
    "python -m benchmarks.": "minutes, on an idle machine; tests/benchmarks",
    "python -m docs.sheet": "a quarter of an hour, with VGG's weights; tests/commands/test_stylize",
    "python -m style.flicker": "needs films; tests/style/test_flicker",
    "python main.py reproduce 5": "hours; tests/reproduce",
    "--run /shared/run": "needs several machines; make test-workers",
    "celeba": "needs CelebA, which is downloaded by hand",
    "Smiling": "needs a run of faces with attributes",
}
# What other tests run, so that it is not run twice.
ELSEWHERE = {"docs/extending.md": "tests/test_extending.py, tests/nets/test_architectures.py"}

TRAINED = {"iterations": 2, "batch_size": 4, "limit_data": 24, "width": 0.1, "latent_dim": 8,
           "discriminator_steps": 1, "sample_early": False, "sample_every": 2,
           "sample_columns": 4, "tensorboard": False, "data_dir": "DATA",
           "compile": "none"}   # two iterations op by op are sooner done than a graph
CLASSIFIER = "CLASSIFIER/models/classifier.keras"
READING = ("semantic_weight", "balance_weight", "certainty_weight")
LOOKING = ("content_weight", "style_weight")
SMALLER = {
    "evaluate": "--samples 24", "translate": "--iterations 2 --starts 1 --output drawn --overwrite",
    "fit-encoder": "--iterations 2", "edit": f"--count 40 --iterations 2 --rows 2 --columns 2 "
    f"--classifier {CLASSIFIER}", "walk": "--rows 2 --columns 3",
    "stylize": "--content_size 32 --style_size 32 --overwrite",
    "texture": "--weights random --iterations 1 --size 64 --style_size 64 --overwrite",
    "figures": "--iterations 2"}


def reason(line: str) -> str:
    """Why the command is not given; empty where it is."""
    return next((why for part, why in NOT_RUN.items() if part in line), "")


def smaller(line: str, spare: str) -> list[str]:
    """The words behind `python main.py`, with options that make the command take seconds. spare:
    a folder for a run that would go into one that is there."""
    words = [WORDS.get(word, word) for word in shlex.split(line)[2:] if word != "..."]
    name = command_line.spelled(words[0], COMMANDS)
    if name in COMMANDS and name != "train":
        return [*words, *_more(name, words)]
    if not words[0].startswith("--") or {"--help", "--version"} & set(words):
        return words
    return _training(words, spare)


def _more(name: str, words: list[str]) -> list[str]:
    more = shlex.split(SMALLER.get(name, ""))
    if name == "texture" and "pixels" in words:     # it has no net
        more = ["--style_size", "32", "--size", "24", "--overwrite"]
    if name == "translate" and "--iterations" in words:
        more = ["--output", "drawn", "--overwrite"]
    if name == "evaluate" and "lpips" in str(words):
        more += ["--lpips_weights", "random"]
    if name == "texture" and "pixels" in words:
        more = shlex.split("--size 12 --style_size 24 --overwrite")
    if name == "stylize" and not {"inverse", "adain"} & set(words):
        more += ["--vgg_weights", "random", *([] if "quilt" in words else ["--iterations", "1"])]
    if name == "figures" and "swap-" in str(words):
        more += shlex.split("--size 32 --vgg_weights random")
        more += ["--starts", "2"] if "swap-starts" in words else []
    if name == "figures" and "style-" in str(words):
        more += shlex.split("--size 32 --vgg_weights random --count 2")
        more += ["--lpips_weights", "random"] if "style-methods" in words else []
    if name == "sample" and "FOLDER" in words:
        more += ["--images", "single"]
    if name == "sample" and "--count" in words:
        more += ["--count", "6"]
    return more if name != "figures" or len(words) > 1 else []


def _training(words: list[str], spare: str) -> list[str]:
    config = resolve([word for word in words if word != "--dry_run"])
    values, run = config.stored(), Path(config.experiment.run)
    if (run / "config.json").is_file():
        if "--run" in words and not {"--preset", "--gan_type"} & set(words):
            return [*words, "--iterations", str(_done(run) + 1)]
        run = Path(spare)
    options = {name: value for name, value in TRAINED.items()
               if not BY_NAME[name].unmet(values) and values[name] != value}
    if values["dataset"].endswith("_pruned"):       # by a classifier that learns for minutes
        options["dataset"] = values["dataset"].removesuffix("_pruned")
    if values["parent_iterations"]:
        options["parent_iterations"] = 1
    if values["dataset"].startswith("folder:") and values["generator"] == "auto" and (
            not values["crop"]):
        options["image_size"] = 32
    if any(values[name] for name in READING) and not values["clusters"]:
        options["classifier_path"] = CLASSIFIER
    if any(values[name] for name in LOOKING) or not BY_NAME["crop"].unmet(values):
        options["vgg_weights"] = "random"
    flags = [f"--no_{name}" if value is False else f"--{name}={value}"
             for name, value in options.items()]
    return [*words, *flags, "--run", str(run)]


def _done(run: Path) -> int:
    return int((run / "losses.csv").read_text().splitlines()[-1].partition(",")[0])
