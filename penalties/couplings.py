"""The couplings that a run can sum, by name: they make independent generators a SCoGAN.

A coupling NAME is on if its weight, the option NAME_weight, is positive. A new coupling is one
more registered function with its options, here or in a file beside this one.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from framework.errors import UserError
from framework.options import Option, Requirement
from framework.registry import Registry, called_with
from framework.tensors import Tensor
from penalties.coupling import (
    SEMANTIC_ON,
    check_features,
    class_balance,
    feature_difference,
    latent_reconstruction,
    semantic_difference,
    uncertainty,
    weight_difference,
)

COUPLINGS = Registry("coupling", package="penalties")

# The weights of couplings that look through `FrozenNets.classifier`.
READ_CLASSES = ("semantic_weight", "balance_weight", "certainty_weight")
# The options of couplings that look through `FrozenNets.maps`.
MAPS = (
    Option("pairing_weights", str, "", "folder of the weights of SqueezeNet, by which dependence "
           "and similarity see (default: the cache, or a download); random: none"),
    Option("pairing_resize", int, 0, "height and width at which it sees the images; 0: as they "
           "are", low=0, high=512))


def weight_option(name: str, about: str, *serves: str, common: bool = False) -> Option:
    """Returns the option that turns the coupling `name` on.

    serves: the kinds of training that have the coupling; by default those with pairs of domains.
    common: as of Option.
    """
    return Option(f"{name}_weight", float, 0.0, about, low=0, serves=serves or ("pairs",),
                  common=common)


def parse_rows(text: str) -> tuple[int, ...]:
    """The numbers between the commas of `text`, each once. Raises UserError for what is no number
    from 1 on."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if not word.isdecimal() or int(word) < 1:
            raise UserError(f"feature_rows are numbers from 1 on with commas, not {text!r}")
    return tuple(dict.fromkeys(map(int, words)))


class Coupling(NamedTuple):
    """`weight` times `term`, a function of `trainers.gan.GeneratorOutputs` to a scalar.

    nets: Keras models that are trained together with the generators, such as the latent encoder.
    compares: whether it compares domains, so that a leader does not give way to it; else it looks
    at each domain by itself.
    """

    name: str
    weight: float
    term: Callable[[Any], Tensor]
    nets: tuple[Any, ...] = ()
    compares: bool = True


class FrozenNets(NamedTuple):
    """The nets that couplings apply to images; none of them is trained.

    classifier: a function of images [B, H, W, C] to logits [B, classes]; `views` names the random
    changes and `noise` is the most of the noise (`data.augment`) that it sees them through.
    frequencies: the share
    of each class in the data, or of each attribute if the labels are `multilabel`, [classes].
    vgg: a function of images to a dict of features by layer. maps: a function of images to one map
    of features [B, h, w, C] of a net that knows no domain. A field that no coupling uses is None.
    """

    classifier: Callable[[Tensor], Tensor] | None = None
    frequencies: Tensor | None = None
    multilabel: bool = False
    vgg: Callable[[Tensor], dict[str, Tensor]] | None = None
    maps: Callable[[Tensor], Tensor] | None = None
    views: tuple[str, ...] = ()
    noise: float = 0.0

    def readings(self, outputs: Any) -> list[Tensor]:
        """The classifier's logits [B, classes] for each domain, the same for every term."""
        return outputs.features_of(self.classifier, self.views, self.noise)


@COUPLINGS.register("feature", options=(
    weight_option("feature", "difference of the first feature maps (eq. 4.1)", common=True),
    Option("feature_layers", int, 3, "how many feature maps, from the front", low=1, high=64,
           requires=(Requirement(lambda values: not values["feature_rows"],
                                 "a run without --feature_rows",
                                 lambda values: f"feature_rows is {values['feature_rows']}"),)),
    Option("feature_rows", str, "", "which feature maps instead, with commas and counted from 1, "
           "such as 2,3,6 (listing 6.7 leaves out the dense row)")), formulas=(
    r"\sum_{l} \langle (G_i^{(l)}(z) - G_j^{(l)}(z))^2 \rangle",))
def feature_coupling(generators: Sequence[Any], feature_weight: float, feature_layers: int,
                     feature_rows: str) -> Coupling:
    """The feature regulariser over the first K rows (thesis eq. 4.1), or over those named.

    Raises UserError for a row whose features have not the same shape in all generators.
    """
    rows = parse_rows(feature_rows) or range(1, feature_layers + 1)
    check_features([net.output["features"] for net in generators], rows)
    return Coupling("feature", feature_weight,
                    lambda outputs: feature_difference(outputs.features, rows))


@COUPLINGS.register("cycle", options=(
    weight_option("cycle", "recovery of z from the images (eq. 4.3)"),
    Option("cycle_norm", str, "l1", "norm of that recovery", choices=("l1", "l2"))), formulas=(
    r"\sum_k \mathbb{E}_z \| F(G_k(z)) - z \|",))
def cycle_coupling(generators: Sequence[Any], width: float, precision: str, cycle_weight: float,
                   cycle_norm: str) -> Coupling:
    """Latent cycle consistency: one encoder for all domains recovers z from the images (eq. 4.3).

    generators: Keras models z -> {"image", "features"}.
    """
    from nets.encoder import build_encoder

    encoder = build_encoder(generators[0].output["image"].shape[1:],
                            generators[0].input_shape[-1], width, precision)
    recover = partial(encoder, training=True)
    return Coupling("cycle", cycle_weight, lambda outputs: latent_reconstruction(
        outputs.features_of(recover, frozen=False), outputs.z, cycle_norm), nets=(encoder,))


@COUPLINGS.register("tying", options=(
    weight_option("tying", "squared difference of the generators' weights"),), formulas=(
    r"\sum_l \langle (\theta_i^{(l)} - \theta_j^{(l)})^2 \rangle",))
def tying_coupling(generators: Sequence[Any], tying_weight: float) -> Coupling:
    """The weight regulariser of the thesis's code: corresponding weights stay near each other."""
    return Coupling("tying", tying_weight, lambda outputs: weight_difference(generators))


@COUPLINGS.register("semantic", options=(
    weight_option("semantic", "difference of a classifier's predictions (eq. 4.2)", common=True),
    Option("semantic_on", str, "probabilities", "what is compared",
           choices=SEMANTIC_ON)), formulas=(
    r"\mathbb{E}_z \, d(C(G_i(z)), C(G_j(z)))",))
def semantic_coupling(frozen: FrozenNets, semantic_weight: float, semantic_on: str) -> Coupling:
    """A frozen classifier predicts the same class in every domain (eq. 4.2)."""
    return Coupling("semantic", semantic_weight, lambda outputs: semantic_difference(
        frozen.readings(outputs), semantic_on, frozen.multilabel))


@COUPLINGS.register("balance", options=(
    weight_option("balance", "keeps the batch's mean prediction as the data's classes are",
                  "couplings"),), formulas=(
    r"\sum_k \mathrm{KL}(\mathbb{E}_z C(G_k(z)) \,\|\, p)",))
def balance_coupling(frozen: FrozenNets, balance_weight: float) -> Coupling:
    """Every domain shows each class as often as the data do. Without this term a single class
    satisfies a strong semantic term. Not in the thesis."""
    return Coupling("balance", balance_weight, lambda outputs: class_balance(
        frozen.readings(outputs), frozen.frequencies, frozen.multilabel), compares=False)


@COUPLINGS.register("certainty", options=(
    weight_option("certainty", "entropy of what the classifier reads in an image", "couplings"),),
    formulas=(r"\sum_k \mathbb{E}_z H(C(G_k(z)))",))
def certainty_coupling(frozen: FrozenNets, certainty_weight: float) -> Coupling:
    """Every image shows one class, and no mixture of two. Not in the thesis."""
    return Coupling("certainty", certainty_weight, lambda outputs: uncertainty(
        frozen.readings(outputs), frozen.multilabel), compares=False)


def active_couplings(settings: Mapping[str, Any], generators: Sequence[Any],
                     frozen: FrozenNets | None = None) -> list[Coupling]:
    """Returns the couplings whose weight is positive.

    settings: every option's value by name; each coupling gets those that it has parameters for.
    generators: Keras models, one per domain.
    """
    given = {**settings, "generators": generators, "frozen": frozen or FrozenNets()}
    return [called_with(build, given) for name, build in COUPLINGS.items()
            if settings[f"{name}_weight"] > 0]
