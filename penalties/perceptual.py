"""The perceptual couplings: VGG compares the domains' images with each other (content), and those
of each domain with its real images (style).

Thesis 4.2.3, eq. 4.5, in the units of `losses.perceptual`. The content term is counted once;
in the thesis's code each generator has it in its own loss, with the same gradient. The options
of these couplings stand in `config.options`, since style transfer has the same terms.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

from framework.tensors import Tensor
from losses.perceptual import batch_style_loss, content_loss, style_loss
from nets.vgg import layers_of
from penalties.couplings import COUPLINGS, Coupling, FrozenNets


def content_difference(features: Sequence[Mapping[str, Tensor]],
                       layers: Sequence[str]) -> Tensor:
    """Mean over `layers` of `content_loss`, summed over the pairs of domains (FRL, eq. 4.5).

    features: per domain a dict of features by layer.
    """
    return sum(content_loss(a[layer], b[layer])
               for a, b in combinations(features, 2) for layer in layers) / len(layers)


def style_difference(features: Sequence[Mapping[str, Tensor]],
                     real: Sequence[Mapping[str, Tensor]], layers: Sequence[str],
                     on: str = "pairs") -> Tensor:
    """Mean over `layers` of `style_loss` between generated and real images, summed over the
    domains (SRL, eq. 4.5).

    features, real: per domain a dict of features by layer. on="pairs": image b of a batch is
    compared with image b of the other batch, as in the thesis's code. on="batch": the means over
    the batches are compared (`batch_style_loss`).
    """
    loss = {"pairs": style_loss, "batch": batch_style_loss}[on]
    return sum(loss(a[layer], b[layer])
               for a, b in zip(features, real, strict=True) for layer in layers) / len(layers)


@COUPLINGS.register("content", formulas=(
    r"\sum_l \langle (\phi_l(G_i(z)) - \phi_l(G_j(z)))^2 \rangle",))
def content_coupling(frozen: FrozenNets, content_weight: float, content_layers: str) -> Coupling:
    """The images of all domains have the same deep features (FRL, eq. 4.5)."""
    return Coupling("content", content_weight, lambda outputs: content_difference(
        outputs.features_of(frozen.vgg), layers_of(content_layers)))


@COUPLINGS.register("style", formulas=(
    r"\sum_k \sum_l \langle (\mathrm{Gram}\, \phi_l(G_k(z)) - \mathrm{Gram}\, \phi_l(x_k))^2"
    r" \rangle",))
def style_coupling(frozen: FrozenNets, style_weight: float, style_layers: str,
                   style_on: str) -> Coupling:
    """The images of each domain have the Gram matrices of its real images (SRL, eq. 4.5)."""
    return Coupling("style", style_weight, lambda outputs: style_difference(
        outputs.features_of(frozen.vgg), outputs.real_features_of(frozen.vgg),
        layers_of(style_layers), style_on), compares=False)
