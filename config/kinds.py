"""The kinds of training (`--gan_type`): what each has, and so which options serve it.

`trainers` builds what stands here by name. A kind of one's own registers here and in
`trainers.kinds.TRAINERS`, and may bring options of its own.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from framework.options import Option, Requirement, one_of
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
    translators: nets from images of one domain to the other's, which have patch discriminators;
    critic tables: discriminators that `--discriminator` names; classifier, inverse, stylist: what
    they say. likelihood: the generators raise their data's log-likelihood or a bound of it, under
    latents of N(0, I); flow: they are no table of rows but an invertible net.
    defaults: values of options that it has where none is given.
    """

    traits: frozenset[str]
    few: int = 1
    many: int | None = None
    dataset: str = "glyph2street"
    defaults: Mapping[str, Any] = MappingProxyType({})


KINDS = Registry("gan_type")
ADVERSARIAL = ("generators", "discriminators", "critic tables", "named loss", "couplings")


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
_register("cyclegan", "translators", "discriminators", "named loss", few=2, many=2,
          defaults={"loss": "leastsquares"}, options=(
    Option("cycle_lambda", float, 10.0, "cyclegan: weight of the difference between an image and "
           "what it becomes there and back (eq. 2 and 3)", low=0, group="loss"),
    Option("identity_share", float, 0.5, "cyclegan: share of that weight that the difference has "
           "between an image and what the translator to its own domain makes of it (5.2)", low=0,
           group="loss"),
    Option("adversarial_weight", float, 1.0, "cyclegan: factor of the loss in what translators "
           "minimise; leastsquares is half of the published square, so that 2 is as published",
           low=0, group="loss"),
    Option("pool", int, 50, "cyclegan: generated images of each domain that are kept to be shown "
           "to its discriminator again; 0: none", low=0, high=10_000),
    Option("jitter", int, 0, "cyclegan: pixels by which images are enlarged, then cut at random "
           "and half of them mirrored; 0: they stay", low=0, high=1024),
    Option("blocks", int, 0, "cyclegan: residual blocks of a translator; 0: 6 up to 128 pixels, 9 "
           "above", low=0, high=64, group="nets"),
    Option("patch_halvings", int, 3, "cyclegan: of height and width in the discriminators; 1, 2, "
           "3, 4 make a score judge a patch of 16, 34, 70, 142 pixels", low=1, high=6,
           group="nets")))
_register("vae", "generators", "likelihood", many=1, dataset="glyph",
          defaults={"latent": "normal"}, options=(
    Option("vae_likelihood", str, "gaussian", "vae: p(x|z) of a pixel, around what the generator "
           "draws; bernoulli: of pixels as probabilities of white",
           choices=("gaussian", "bernoulli"), group="loss"),
    Option("vae_sigma", float, 0.0, "vae: deviation of that Gaussian, of values in [-1, 1]; 0: "
           "one number, which is learned", low=0, high=10, group="loss",
           requires=(one_of("vae_likelihood", "gaussian"),)),
    Option("vae_beta", float, 1.0, "vae: weight of the divergence of the encoder's z from N(0, I) "
           "in what is minimised; 1: the bound itself", low=0, group="loss"),
    Option("vae_draws", int, 1, "vae: z drawn for each image", low=1, high=1000, group="loss")))
_register("realnvp", "generators", "likelihood", "flow", many=1, dataset="glyph",
          defaults={"latent": "normal"}, options=(
    Option("flow_scales", int, 2, "realnvp: scales, each with half of the numbers of the one "
           "before, ahead of the couplings that see the whole image", low=0, high=8, group="nets"),
    Option("flow_couplings", int, 4, "realnvp: couplings of a scale; twice as many see the "
           "whole image", low=1, high=64, group="nets"),
    Option("flow_alpha", float, 0.05, "realnvp: pixels p become the logit of alpha + (1 - 2 alpha) "
           "p", low=1e-6, high=0.4, group="nets")))
_register("classifier", "one net", "classifier")
_register("inverse_net", "one net", "inverse", "photographs and paintings", few=2, many=2)
_register("style_vae", "one net", "stylist", "photographs and paintings", few=2, many=2)


def names_with(*traits: str, unless: str = "") -> list[str]:
    """The kinds that have one of the `traits`, but those that have the trait `unless`."""
    return [name for name, kind in KINDS.items()
            if kind.traits & set(traits) and unless not in kind.traits]


def has(gan_type: str, trait: str) -> bool:
    """Whether a kind of training has a trait."""
    return trait in KINDS[gan_type].traits


def serves(*traits: str, unless: str = "") -> Requirement:
    """The requirement that the kind of training has one of the `traits`, and not `unless`."""
    return Requirement(lambda values: values["gan_type"] in names_with(*traits, unless=unless),
                       f"--gan_type {', '.join(names_with(*traits, unless=unless))}",
                       lambda values: f"gan_type is {values['gan_type']}")
