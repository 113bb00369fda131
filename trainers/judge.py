"""The independent judge of what a run's generators draw."""

from keras import Model

from config.sections import Config
from trainers.classifier import train_once
from trainers.domains import load_domains

JUDGE_SEED = 1000


def judge_of(config: Config) -> tuple[Model, dict]:
    """An independent judge: a classifier of the run's domains that had no part in training it,
    from a seed of its own. Returns it and what metrics.json says of it."""
    seed = JUDGE_SEED + config.experiment.seed
    judge, accuracies = train_once(load_domains(config), load_domains(config, "test"), seed=seed)
    return judge, {"judge": {"accuracy_on_held_out": accuracies, "seed": seed}}
