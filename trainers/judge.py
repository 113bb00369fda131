"""The independent judge of what a run's generators draw.

Its errors bound every figure by it: where it misreads the share e of all images, of pairs that
always agree it finds about 1 - 2 e. So it has a table of its own, and sees more images than the
run does: each domain's whole source, and of what a program draws other images.
"""

from typing import Any

from keras import Model

from config.sections import Config
from framework.notice import announced
from nets.architectures import CLASSIFIERS
from trainers.classifier import train_once
from trainers.domains import load_apart, load_domains

JUDGE_SEED = 1000
TABLE = "judge"
# By table. Images of another size than the judge's table is made for are read by the quick one.
SETTINGS: dict[str, dict[str, Any]] = {
    TABLE: {"iterations": 1500, "lr": 3e-3, "views": ("translation",)},
    "quick": {"iterations": 1500}}


def table_for(image_shape: tuple[int, ...]) -> str:
    """The table of a judge of such images."""
    return TABLE if image_shape == CLASSIFIERS[TABLE].image_shape else "quick"


def judge_of(config: Config) -> tuple[Model, dict]:
    """An independent judge: a classifier of the run's domains that had no part in training it,
    from a seed of its own. Returns it and what metrics.json says of it."""
    seed = JUDGE_SEED + config.experiment.seed
    with announced("reading the images that the judge learns, apart from the run's"):
        held_out = load_domains(config, "test")
        images = load_apart(config, held_out, seed)
    table = table_for(tuple(held_out[0].images.shape[1:]))
    judge, accuracies = train_once(images, lambda: held_out, seed=seed,
                                   table=table, **SETTINGS[table])
    return judge, {"judge": {"accuracy_on_held_out": accuracies, "seed": seed, "table": table}}


def judge_line(about: dict) -> str:
    """What a table of figures says of its judge; `about` is what `judge_of` says of it."""
    figures = about["judge"]["accuracy_on_held_out"].items()
    return ("the judge reads " + ", ".join(f"{100 * share:.1f} % of held-out {name}"
                                           for name, share in figures))
