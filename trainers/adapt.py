"""`--gan_type adapt`: unsupervised domain adaptation (Liu and Tuzel 2016, section 5).

The discriminators of a CoGAN, or of an SCoGAN with shared discriminator rows, learn the classes of
the first domain by a further layer. The labels of the other domains are not looked at.
"""

from collections.abc import Callable, Sequence
from typing import Any

from config.sections import Config
from data.batches import Batches
from data.domain import Domain
from framework.errors import UserError
from trainers.conditional import batches_for
from trainers.coupled import with_frozen
from trainers.domains import load_domains
from trainers.kinds import TRAINERS, Training


@TRAINERS.register("adapt")
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """A CoGAN or SCoGAN for the loop whose discriminators learn the first domain's classes.

    domains: as its nets learn them (`trainers.pseudo.learned_domains`). Raises UserError where
    generated pairs would need one class in each image, and the first domain has attributes.
    """
    source = load_domains(config)[0] if config.coupling.clusters else domains[0]
    if source.attributes and config.loss.class_pairs_weight:
        raise UserError(f"class_pairs_weight reads one class in an image, and {source.name} has "
                        "attributes; leave it out")
    steps = config.training.discriminator_steps
    return with_frozen(config, domains, with_classes(
        batches_for(config, domains, steps), source, config, steps), source.known_classes)


def with_classes(batches: Callable[[int], Any], source: Domain, config: Config,
                 steps: int) -> Callable[[int], Any]:
    """A function of the iteration: (its batch, classes [steps, B] of the first domain's images in
    it)."""
    same = Batches([source], config.training.batch_size, steps, config.experiment.seed)
    return lambda i: (batches(i), same.labels(i)[0])
