"""The kinds of training (`--gan_type`): what each has, and so which options serve it.

`trainers` builds what stands here by name. A kind of one's own registers here and in
`trainers.kinds.TRAINERS`, and may bring options of its own.
"""

from typing import NamedTuple

from framework.options import Option, Requirement
from framework.registry import Registry
from losses import drift


class Kind(NamedTuple):
    """One kind of training.

    traits: what it has, of the words below. few, many: the least and the largest number of
    domains. dataset: what it learns from where no data set is named.

    generators: nets that draw images from latents; discriminators: nets that judge them; named
    loss: they minimise what `--loss` names; couplings: terms of what all generators draw; pairs:
    two domains or more that are coupled; shared rows: by default as its table says; adapts: it
    knows the classes of the first domain alone; one net: a single player with one learning rate;
    classifier, inverse, stylist: what they say.
    """

    traits: frozenset[str]
    few: int = 1
    many: int | None = None
    dataset: str = "glyph2street"


KINDS = Registry("gan_type")
ADVERSARIAL = ("generators", "discriminators", "named loss", "couplings")


def _register(name: str, *traits: str, options: tuple[Option, ...] = (), **about):
    KINDS.register(name, options=options)(Kind(frozenset(traits), **about))


_register("gan", *ADVERSARIAL, many=1, dataset="glyph")
_register("cogan", *ADVERSARIAL, "pairs", "shared rows", few=2)
_register("scogan", *ADVERSARIAL, "pairs", few=2)
_register("adapt", *ADVERSARIAL, "pairs", "shared rows", "adapts", few=2, options=(
    Option("class_weight", float, 1.0, "adapt: weight of the cross entropy by which the "
           "discriminators' shared rows learn the classes of the first domain", low=0,
           group="loss"),
    Option("class_pairs_weight", float, 0.0, "adapt: weight of the same of generated images, whose "
           "class is what is read in the first domain's image of their latent", low=0,
           group="loss")))
_register("mmd_gan", *ADVERSARIAL, many=1, dataset="glyph")
_register("gmmn", "generators", "named loss", many=1, dataset="glyph")
_register("drift", "generators", "couplings", "pairs", dataset="glyph", options=drift.OPTIONS)
_register("classifier", "one net", "classifier")
_register("inverse_net", "one net", "inverse", "photographs and paintings", few=2, many=2)
_register("style_vae", "one net", "stylist", "photographs and paintings", few=2, many=2)


def names_with(*traits: str) -> list[str]:
    """The kinds that have one of the `traits`."""
    return [name for name, kind in KINDS.items() if kind.traits & set(traits)]


def has(gan_type: str, trait: str) -> bool:
    """Whether a kind of training has a trait."""
    return trait in KINDS[gan_type].traits


def serves(*traits: str) -> Requirement:
    """The requirement that the kind of training has one of the `traits`."""
    return Requirement(lambda values: bool(KINDS[values["gan_type"]].traits & set(traits)),
                       f"--gan_type {', '.join(names_with(*traits))}",
                       lambda values: f"gan_type is {values['gan_type']}")
