"""The couplings a run may sum, by name: what makes independent generators a SCoGAN.

A coupling is on when its weight is positive. Another one is another registered function here
or in a file of its own, and a weight of its name in the options.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from framework.registry import Registry
from nets.encoder import build_encoder
from penalties.coupling import (
    class_balance,
    feature_difference,
    latent_reconstruction,
    semantic_difference,
    weight_difference,
)

COUPLINGS = Registry("coupling")


class Coupling(NamedTuple):
    """`weight` times `term`, a function of `trainers.gan.Produced` to a scalar.

    nets: what is trained together with the generators, such as the latent encoder.
    """

    name: str
    weight: float
    term: Callable
    nets: tuple = ()


class Frozen(NamedTuple):
    """What couplings read images with; nothing of it is trained.

    classifier: a function of images [B, H, W, C] to logits [B, classes]. frequencies: share of
    each class in the data, or of each attribute where the labels are `multilabel`, [classes].
    vgg: a function of images to a dict of features by layer. None where no coupling asks.
    """

    classifier: Callable | None = None
    frequencies: Any = None
    multilabel: bool = False
    vgg: Callable | None = None


@COUPLINGS.register("feature")
def feature(config, generators, frozen):
    """Feature regulariser over the first K rows (thesis eq. 4.1)."""
    return Coupling("feature", config.feature_weight,
                    lambda made: feature_difference(made.features, config.feature_layers))


@COUPLINGS.register("cycle")
def cycle(config, generators, frozen):
    """Latent cycle consistency: one encoder for all domains finds z again (eq. 4.3)."""
    encoder = build_encoder(generators[0].output["image"].shape[1:],
                            generators[0].input_shape[-1], config.width, config.precision)
    recover = partial(encoder, training=True)
    return Coupling("cycle", config.cycle_weight, lambda made: latent_reconstruction(
        made.read_by(recover), made.z, config.cycle_norm), nets=(encoder,))


@COUPLINGS.register("tying")
def tying(config, generators, frozen):
    """The weight regulariser of the thesis's code: equal layers keep near each other."""
    return Coupling("tying", config.tying_weight, lambda made: weight_difference(generators))


@COUPLINGS.register("semantic")
def semantic(config, generators, frozen):
    """A frozen classifier reads the same class in every domain (eq. 4.2)."""
    return Coupling("semantic", config.semantic_weight, lambda made: semantic_difference(
        made.read_by(frozen.classifier), config.semantic_on, frozen.multilabel))


@COUPLINGS.register("balance")
def balance(config, generators, frozen):
    """Every domain draws all classes, as often as the data do: without it a strong semantic
    term is satisfied by one class alone. Not in the thesis."""
    return Coupling("balance", config.balance_weight, lambda made: class_balance(
        made.read_by(frozen.classifier), frozen.frequencies, frozen.multilabel))


def couplings(config, generators, frozen: Frozen | None = None) -> list[Coupling]:
    """The couplings whose weight `<name>_weight` is positive."""
    return [build(config, generators, frozen or Frozen()) for name, build in COUPLINGS.items()
            if getattr(config, f"{name}_weight") > 0]
