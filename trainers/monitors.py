"""What is measured while training (`--monitor`): a few hundred samples, cheap enough to repeat."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from config.sections import Config, Section
from data.domain import Domain
from framework.history import MONITOR_PREFIX
from framework.latents import Stream, latents
from framework.tensors import Tensor
from metrics.agreement import attribute_agreement, pair_agreement
from metrics.choice import MONITORS, parse_names
from metrics.features import find_extractor
from metrics.kernel import kid
from metrics.streams import Shuffled
from metrics.wasserstein import sliced_wasserstein
from trainers.classifier import predict_logits
from trainers.conditional import every_class_in_turn
from trainers.gan import AdversarialTrainer
from trainers.judge import judge_of

SAMPLES = 500
DISTANCES = {"kid": lambda x, y: kid(x, y).value, "swd": sliced_wasserstein}


class Monitor:
    """`monitor()` measures a trainer's generators now: column of losses.csv -> number.

    names: of `metrics.choice.MONITORS`. z: latents [N, ...], always the same. real: K arrays of
    real images, as stored. net: images to features; `seen` is its name in the columns.
    judge: images to logits, for pair_agreement. attributes: whether its logits are of those,
    and not of classes.
    """

    def __init__(self, names: Sequence[str], trainer: AdversarialTrainer, z: Tensor,
                 real: list[np.ndarray], net: Callable, seen: str, judge: Any = None,
                 attributes: bool = False):
        self.names, self.trainer, self.z = names, trainer, z
        self.net, self.seen, self.judge = net, seen, judge
        self.agreement: Callable = (
            (lambda *a: float(np.mean(attribute_agreement(*a)))) if attributes
            else pair_agreement)
        self.real = [net(images) for images in real]

    def __call__(self) -> dict[str, float]:
        images, found = self.trainer.sample(self.z), {}
        features = [self.net(x) for x in images]
        for name in self.names:
            if name == "pair_agreement":
                found[f"{MONITOR_PREFIX}{name}"] = self.agreement(self.judge, images)
                continue
            for domain, x, y in zip(self.trainer.domains, features, self.real, strict=True):
                found[f"{MONITOR_PREFIX}{name} ({self.seen})/{domain}"] = DISTANCES[name](x, y)
        return found


def watched(output: Section) -> tuple[str, ...]:
    """The monitors of `--monitor` and of `--keep_best`, each once."""
    return parse_names(f"{output.monitor},{output.keep_best}", MONITORS, "monitor")


def monitor_for(config: Config, domains: Sequence[Domain],
                trainer: AdversarialTrainer) -> Monitor | None:
    """What `--monitor` and `--keep_best` ask for, or None. Pixels are compared, or, where
    pair_agreement brings a judge, what that classifier finds; it is found in the cache or trained
    now."""
    names, seed = watched(config.output), config.experiment.seed
    if not names:
        return None
    judge = judge_of(config)[0] if "pair_agreement" in names else None
    seen = "classifier" if judge else "pixels"
    real = [Shuffled(d.images, seed)(0, min(SAMPLES, len(d))) for d in domains]
    z = latents(config.training.latent, SAMPLES, trainer.latent_dim, seed,
                Stream.MONITOR)
    return Monitor(names, trainer, every_class_in_turn(z, trainer.classes), real,
                   find_extractor(seen, judge=judge), seen,
                   judge and partial(predict_logits, judge),
                   bool(domains[0].attributes))
