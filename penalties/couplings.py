"""The couplings a run may sum, by name: what makes independent generators a SCoGAN.

A coupling NAME is on when its weight, the option NAME_weight, is positive. Another one is
another registered function, here or in a file beside this one, with its options.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from framework.options import Option
from framework.registry import Registry, called_with
from penalties.coupling import (
    class_balance,
    feature_difference,
    latent_reconstruction,
    semantic_difference,
    weight_difference,
)

COUPLINGS = Registry("coupling", package="penalties")


def weight(name: str, about: str, *serves: str) -> Option:
    """The option that turns the coupling `name` on. serves: of what kinds of training, by
    default of those with pairs of domains."""
    return Option(f"{name}_weight", float, 0.0, about, low=0, serves=serves or ("pairs",))


class Coupling(NamedTuple):
    """`weight` times `term`, a function of `trainers.gan.GeneratorOutputs` to a scalar.

    nets: what is trained together with the generators, such as the latent encoder.
    """

    name: str
    weight: float
    term: Callable
    nets: tuple = ()


class FrozenNets(NamedTuple):
    """What couplings read images with; nothing of it is trained.

    classifier: a function of images [B, H, W, C] to logits [B, classes]. frequencies: share of
    each class in the data, or of each attribute where the labels are `multilabel`, [classes].
    vgg: a function of images to a dict of features by layer. None where no coupling asks.
    """

    classifier: Callable | None = None
    frequencies: Any = None
    multilabel: bool = False
    vgg: Callable | None = None


@COUPLINGS.register("feature", options=(
    weight("feature", "difference of the first feature maps (eq. 4.1)"),
    Option("feature_layers", int, 3, "how many feature maps, from the front", low=1, high=64)))
def feature(feature_weight: float, feature_layers: int) -> Coupling:
    """Feature regulariser over the first K rows (thesis eq. 4.1)."""
    return Coupling("feature", feature_weight,
                    lambda made: feature_difference(made.features, feature_layers))


@COUPLINGS.register("cycle", options=(
    weight("cycle", "recovery of z from the images (eq. 4.3)"),
    Option("cycle_norm", str, "l1", "norm of that recovery", choices=("l1", "l2"))))
def cycle(generators, width: float, precision: str, cycle_weight: float,
          cycle_norm: str) -> Coupling:
    """Latent cycle consistency: one encoder for all domains finds z again (eq. 4.3)."""
    from nets.encoder import build_encoder

    encoder = build_encoder(generators[0].output["image"].shape[1:],
                            generators[0].input_shape[-1], width, precision)
    recover = partial(encoder, training=True)
    return Coupling("cycle", cycle_weight, lambda made: latent_reconstruction(
        made.features_of(recover), made.z, cycle_norm), nets=(encoder,))


@COUPLINGS.register("tying", options=(
    weight("tying", "squared difference of the generators' weights"),))
def tying(generators, tying_weight: float) -> Coupling:
    """The weight regulariser of the thesis's code: equal layers keep near each other."""
    return Coupling("tying", tying_weight, lambda made: weight_difference(generators))


@COUPLINGS.register("semantic", options=(
    weight("semantic", "difference of a classifier's predictions (eq. 4.2)"),
    Option("semantic_on", str, "probabilities", "what is compared",
           choices=("probabilities", "logits", "kl"))))
def semantic(frozen: FrozenNets, semantic_weight: float, semantic_on: str) -> Coupling:
    """A frozen classifier reads the same class in every domain (eq. 4.2)."""
    return Coupling("semantic", semantic_weight, lambda made: semantic_difference(
        made.features_of(frozen.classifier), semantic_on, frozen.multilabel))


@COUPLINGS.register("balance", options=(
    weight("balance", "keeps the batch's mean prediction as the data's classes are",
           "couplings"),))
def balance(frozen: FrozenNets, balance_weight: float) -> Coupling:
    """Every domain draws all classes, as often as the data do: without it a strong semantic
    term is satisfied by one class alone. Not in the thesis."""
    return Coupling("balance", balance_weight, lambda made: class_balance(
        made.features_of(frozen.classifier), frozen.frequencies, frozen.multilabel))


def couplings(settings: Mapping[str, Any], generators,
              frozen: FrozenNets | None = None) -> list[Coupling]:
    """The couplings whose weight is positive. settings: every option's value by name; each
    coupling is given those that it has parameters for."""
    given = {**settings, "generators": generators, "frozen": frozen or FrozenNets()}
    return [called_with(build, given) for name, build in COUPLINGS.items()
            if settings[f"{name}_weight"] > 0]
