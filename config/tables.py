"""The tables of a run's generators and discriminators, and how many rows its domains share."""

from config.kinds import has
from config.sections import Config
from framework.registry import Registry
from nets.architectures import DISCRIMINATORS, GENERATORS, Architecture
from nets.tables import check_shared, names_in, tables_of


def shared_rows(chosen: int, gan_type: str, table_default: int) -> int:
    """Rows that the domains share: as chosen, else the table's for a CoGAN and none besides."""
    return chosen if chosen >= 0 else table_default if has(gan_type, "shared rows") else 0


def generator_tables(config: Config, domains: int, image_shape: tuple[int, ...] | None = None
                     ) -> tuple[list[Architecture], int]:
    """The table of each domain's generator, and how many first rows all of them share.

    image_shape: as of `nets.tables.tables_of`. Raises UserError where tables, domains and images
    do not fit each other, and where rows that are shared differ.
    """
    nets = config.nets
    return _tables(config, GENERATORS, nets.generator, nets.shared_generator, domains, image_shape)


def discriminator_tables(config: Config, domains: int, image_shape: tuple[int, ...] | None = None
                         ) -> tuple[list[Architecture], int]:
    """The same of the discriminators, which share their last rows."""
    nets = config.nets
    return _tables(config, DISCRIMINATORS, nets.discriminator, nets.shared_discriminator, domains,
                   image_shape)


def _tables(config: Config, registry: Registry, names: str, chosen: int, domains: int,
            image_shape: tuple[int, ...] | None) -> tuple[list[Architecture], int]:
    found = tables_of(registry, names, domains, image_shape)
    shared = shared_rows(chosen, config.experiment.gan_type, min(each.shared for each in found))
    check_shared([each.table for each in found], shared, registry.kind, names_in(names),
                 last=registry is DISCRIMINATORS)
    return found, shared
