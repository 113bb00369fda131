"""Which norm the discriminators of a run have."""

from config.sections import Section


def discriminator_norm(nets: Section, loss: Section) -> str | None:
    """What takes the place of the norms in the discriminators' table, as `build_discriminators`
    takes it; None where they stay. Batch norm becomes layer norm under a gradient penalty (2.5)."""
    penalised = loss.disc_penalty != "none" or loss.gradient_scale != "none"
    chosen = {"auto": "layer" if penalised else None, "table": None}
    return chosen.get(nets.discriminator_norm, nets.discriminator_norm)
