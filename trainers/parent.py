"""Parent, then twins: all generators of a run start as copies of one that draws already.

Generators that start equal and are trained on stay aligned, also for domains that have little in
common (Wu et al. 2022, StyleAlign, arXiv 2110.11323; Ojha et al. 2021, arXiv 2104.06820).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from config.options import OPTIONS
from config.resolve import run_domains
from config.run import PARENT, shown_checkpoint
from config.sections import Config
from framework.checkpoint import restore_part
from framework.devices import in_strategy_scope
from framework.errors import UserError
from nets.architectures import GENERATORS, architecture
from trainers.coupled import discriminators_for
from trainers.restore import Sampler
from trainers.variables import all_variables


def parent_config(config: Config, image_shape: tuple[int, ...]) -> Config:
    """The options of the parent that the run of `config` trains itself: the same nets, data and
    losses without couplings, for `parent_iterations`.

    Of parent_type "gan" it draws the first domain; of "cogan" all of them, which share every row
    of the generators but the image.
    """
    plain = {option.name: option.default for option in OPTIONS if option.group == "coupling"}
    several = config.nets.parent_type == "cogan"
    rows = len(architecture(GENERATORS, config.nets.generator, image_shape).table)
    data = {} if several else {"dataset": "", "domains": run_domains(config.values())[0]}
    return config.with_options(
        **plain, **data, gan_type=config.nets.parent_type, preset="",
        run=str(Path(config.experiment.run) / PARENT), iterations=config.nets.parent_iterations,
        parent_iterations=0, parent_discriminators=False, keep_best="", patience=0, monitor="",
        shared_generator=rows - 1 if several else -1, shared_discriminator=-1)


@in_strategy_scope
def start_as(trainer: Any, path: str | Path, config: Config) -> None:
    """Copies the generators of the run at `path` into those of `trainer`, and into what averages
    them; the discriminators too, if `config` of the trainer's run asks for it.

    A parent of one domain is copied into all, one of as many domains into each its own. It is
    read as `sample` reads it: the best checkpoint where one is kept, the averages where there
    are any. Raises UserError where it has no checkpoint, other nets, or reads other latents.
    """
    parent, latent = Sampler(path), config.training.latent
    if (theirs := parent.config.training.latent) != latent:
        raise UserError(f"--parent {path} reads {theirs} latents, this run {latent} ones; choose "
                        f"--latent {theirs}")
    _copy(parent.generators, trainer.generators, path, "generator")
    if trainer.average:
        trainer.average.model.set_weights(trainer.generator.get_weights())
    if config.nets.parent_discriminators:
        found = discriminators_for(parent.config, len(parent.domains), parent.image_shape,
                                   parent.classes)
        restore_part(shown_checkpoint(path)[0], {"discriminators": all_variables(found)})
        _copy(found, trainer.discriminators, path, "discriminator")


def _copy(parents: Sequence[keras.Model], children: Sequence[keras.Model], path: str | Path,
          kind: str) -> None:
    if len(parents) not in (1, len(children)):
        raise UserError(f"--parent {path} draws {len(parents)} domains, this run "
                        f"{len(children)}; one of them or as many can be copied")
    for k, child in enumerate(children):
        weights = parents[k % len(parents)].get_weights()
        if list(map(np.shape, weights)) != [tuple(v.shape) for v in child.variables]:
            raise UserError(f"--parent {path} has another {kind} than this run; choose the same "
                            "--generator, --discriminator, --width and --latent_dim")
        child.set_weights(weights)
