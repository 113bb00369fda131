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
from config.tables import discriminator_tables
from framework.checkpoint import restore_part
from framework.devices import in_strategy_scope
from framework.errors import UserError
from nets.architectures import GENERATORS
from nets.tables import common_rows, differ, names_in, tables_of
from trainers.coupled import discriminators_for
from trainers.restore import Sampler
from trainers.variables import all_variables


def parent_config(config: Config, image_shape: tuple[int, ...]) -> Config:
    """The options of the parent that the run of `config` trains itself: the same nets, data and
    losses without couplings, for `parent_iterations`.

    Of parent_type "gan" it draws the first domain, by the first of the tables; of "cogan" all of
    them, which share every row of the generators but the image, or as many as their tables have
    the same. Discriminators of several tables share what they share in the run itself.
    """
    plain = {option.name: option.default for option in OPTIONS if option.group == "coupling"}
    nets = config.nets
    chosen = _all_domains if nets.parent_type == "cogan" else _first_domain
    own = chosen(config, run_domains(config.values()), image_shape)
    return config.with_options(
        **plain, **own, gan_type=nets.parent_type, preset="",
        run=str(Path(config.experiment.run) / PARENT), iterations=nets.parent_iterations,
        parent_iterations=0, parent_discriminators=False, keep_best="", patience=0, monitor="")


def _first_domain(config: Config, domains: Sequence[str],
                  image_shape: tuple[int, ...]) -> dict[str, Any]:
    return {"dataset": "", "domains": domains[0], "shared_generator": -1,
            "shared_discriminator": -1, "generator": names_in(config.nets.generator)[0],
            "discriminator": names_in(config.nets.discriminator)[0]}


def _all_domains(config: Config, domains: Sequence[str],
                 image_shape: tuple[int, ...]) -> dict[str, Any]:
    nets, count = config.nets, len(domains)
    tables = [each.table for each in tables_of(GENERATORS, nets.generator, count, image_shape)]
    critics = -1
    if differ(nets.discriminator):
        critics = discriminator_tables(config, count, image_shape)[1]
    return {"shared_generator": min(common_rows(tables), min(map(len, tables)) - 1),
            "shared_discriminator": critics}


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
