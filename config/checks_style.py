"""Contradictions between the options of style transfer's nets, and of others with them."""

from collections.abc import Sequence

from config.kinds import has
from config.sections import Config
from data.names import find_domain
from framework.errors import UserError
from nets.architectures.style import DECODED, INVERTED, MULTIPLE
from nets.vgg import RANDOM, check_weights

PALETTE = 6                     # numbers of a palette: nets.palette, which needs Keras


def check_styling(config: Config, domains: Sequence[str]) -> None:
    """Raises UserError for the first contradiction that concerns style transfer."""
    if not has(config.experiment.gan_type, "photographs and paintings"):
        return
    (_inverse if has(config.experiment.gan_type, "inverse") else _style)(config)
    _sides(config, domains)


def _inverse(config: Config) -> None:
    if config.style.repaint and not config.style.swapped:
        raise UserError("repaint learns from swapped activations alone: leave --no_swapped out, or "
                        "add --no_repaint")
    if config.coupling.vgg_weights not in ("imagenet", RANDOM):
        check_weights(config.coupling.vgg_weights, (INVERTED,), config.coupling.vgg)


def _style(config: Config) -> None:
    style, coupling = config.style, config.coupling
    for name in ("content_weight", "style_weight"):
        if not getattr(coupling, name) > 0:
            raise UserError(f"a style_vae needs a {name}")
    if not style.style_variance:
        if coupling.content_layers.strip() not in DECODED:
            raise UserError("without style_variance, content_layers is the one layer that is "
                            f"decoded: {', '.join(DECODED)}; not {coupling.content_layers}")
    elif style.repaint and config.training.latent_dim <= PALETTE:
        raise UserError(f"with repaint the first {PALETTE} of latent_dim are the style's palette: "
                        f"it must be more than {config.training.latent_dim}")
    elif style.disentangle_weight and config.training.batch_size < 2:
        raise UserError("disentangle_weight compares photographs: batch_size must be 2 or more")


def _sides(config: Config, domains: Sequence[str]) -> None:
    """Sides must be whole multiples of what the nets halve, and images have three patches."""
    gan_type, crop = config.experiment.gan_type, config.style.crop
    sizes = [size for name in domains if (size := find_domain(name).size) is not None]
    if len(sizes) < len(domains):
        raise UserError(f"a {gan_type} learns from images, not points")
    size = config.data.image_size or max(sizes)
    if crop > size:
        raise UserError(f"crop is {crop} and the images are of {size}; choose a larger "
                        "image_size")
    side, multiple = crop or size, _multiple(config)
    if side % multiple or side < 3 * multiple:
        raise UserError(f"{'crop' if crop else 'image_size'} {side} must be a multiple of "
                        f"{multiple} for a {gan_type}, and at least {3 * multiple}")


def _multiple(config: Config) -> int:
    if config.experiment.gan_type == "inverse_net":
        return DECODED[INVERTED].multiple
    if config.style.style_variance:
        read_by_vgg = config.style.content_encoder == "vgg"
        return DECODED[INVERTED].multiple if read_by_vgg else MULTIPLE
    return DECODED[config.coupling.content_layers.strip()].multiple
