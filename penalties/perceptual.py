"""The perceptual couplings: VGG compares the domains' images, and each with its own reals.

Thesis 4.2.3, eq. 4.5, in the units of `losses.perceptual`. The content term is counted once:
in the thesis's code each generator has it in a loss of its own, whose gradient is the same.
Their options stand in `config.options`, since style transfer has the same terms.
"""

from itertools import combinations

from losses.perceptual import batch_style_loss, content_loss, style_loss
from nets.vgg import layers_of
from penalties.couplings import COUPLINGS, Coupling, FrozenNets


def content_difference(features, layers):
    """Mean over `layers` of `content_loss`, summed over the pairs of domains (FRL, eq. 4.5).

    features: per domain a dict of features by layer.
    """
    return sum(content_loss(a[layer], b[layer])
               for a, b in combinations(features, 2) for layer in layers) / len(layers)


def style_difference(features, real, layers, on: str = "pairs"):
    """Mean over `layers` of `style_loss` between generated and real images, summed over the
    domains (SRL, eq. 4.5).

    on="pairs": image b of a batch is compared with image b of the other, as in the thesis's
    code; on="batch": the means over the batches are compared (`batch_style_loss`).
    """
    loss = {"pairs": style_loss, "batch": batch_style_loss}[on]
    return sum(loss(a[layer], b[layer])
               for a, b in zip(features, real, strict=True) for layer in layers) / len(layers)


@COUPLINGS.register("content")
def content(frozen: FrozenNets, content_weight: float, content_layers: str) -> Coupling:
    """The domains' images have the same deep features (FRL, eq. 4.5)."""
    return Coupling("content", content_weight, lambda made: content_difference(
        made.features_of(frozen.vgg), layers_of(content_layers)))


@COUPLINGS.register("style")
def style(frozen: FrozenNets, style_weight: float, style_layers: str, style_on: str) -> Coupling:
    """Every domain's images have the Gram matrices of its real ones (SRL, eq. 4.5)."""
    return Coupling("style", style_weight, lambda made: style_difference(
        made.features_of(frozen.vgg), made.real_features_of(frozen.vgg),
        layers_of(style_layers), style_on))
