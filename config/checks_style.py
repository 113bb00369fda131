"""Contradictions between the options of style transfer's nets, and of others with them."""

from config.kinds import has
from data.names import find_domain
from framework.errors import UserError
from nets.architectures.style import DECODED, INVERTED, MULTIPLE
from nets.vgg import RANDOM, check_weights


def check_styling(config, domains) -> None:
    """Raises UserError for the first contradiction that concerns style transfer."""
    if not has(config.gan_type, "photographs and paintings"):
        return
    (_inverse if has(config.gan_type, "inverse") else _style)(config)
    _sides(config, domains)


def _inverse(config):
    if config.vgg_weights not in ("imagenet", RANDOM):
        check_weights(config.vgg_weights, (INVERTED,), config.vgg)


def _style(config):
    for name in ("content_weight", "style_weight"):
        if not getattr(config, name) > 0:
            raise UserError(f"a style_vae needs a {name}")
    if not config.style_variance:
        if config.content_layers.strip() not in DECODED:
            raise UserError("without style_variance, content_layers is the one layer that is "
                            f"decoded: {', '.join(DECODED)}; not {config.content_layers}")
    elif config.disentangle_weight and config.batch_size < 2:
        raise UserError("disentangle_weight compares photographs: batch_size must be 2 or more")


def _sides(config, domains):
    """Sides must be whole multiples of what the nets halve, and images have three patches."""
    sizes = [find_domain(name).size for name in domains]
    if None in sizes:
        raise UserError(f"a {config.gan_type} learns from images, not points")
    size = config.image_size or max(sizes)
    if config.crop > size:
        raise UserError(f"crop is {config.crop} and the images are of {size}; choose a larger "
                        "image_size")
    side, multiple = config.crop or size, _multiple(config)
    if side % multiple or side < 3 * multiple:
        raise UserError(f"{'crop' if config.crop else 'image_size'} {side} must be a multiple of "
                        f"{multiple} for a {config.gan_type}, and at least {3 * multiple}")


def _multiple(config) -> int:
    if config.gan_type == "inverse_net":
        return DECODED[INVERTED].multiple
    return MULTIPLE if config.style_variance else DECODED[config.content_layers.strip()].multiple
