"""Contradictions between the options of style transfer's nets, and of others with them."""

from config.options import BY_NAME, OPTIONS
from data.names import find
from framework.errors import UserError
from nets.architectures.style import DECODED, INVERTED, MULTIPLE
from nets.vgg import RANDOM, check_weights

STYLING = ("inverse_net", "style_vae")
# Options of one of them alone; `crop` is of both.
OWNERS = {"swapped": "inverse_net", "tv_weight": "inverse_net", "style_variance": "style_vae",
          "kl_weight": "style_vae", "kl_warmup": "style_vae", "disentangle_weight": "style_vae"}
TERMS = ("content_weight", "style_weight")
GANS_ALONE = (*(o.name for o in OPTIONS if o.group == "loss"), "discriminator_steps", "lr_d", "clip",
              "ema", "latent", "generator", "discriminator", "conditional", "width_d",
              "shared_generator", "shared_discriminator", "discriminator_norm", "initializer",
              "init_std", "upsampling", "feature_weight", "cycle_weight", "tying_weight",
              "semantic_weight", "balance_weight", "coupling_warmup", "balance_perceptual",
              "vgg_resize", "monitor", "sample_rows")


def check_styling(config, domains) -> None:
    """Raises UserError for the first contradiction that concerns style transfer."""
    kind = config.gan_type
    if kind not in STYLING:
        if alien := _given(config, (o.name for o in OPTIONS if o.group == "style")):
            owner = OWNERS.get(alien, " and ".join(STYLING))
            raise UserError(f"{alien} belongs to --gan_type {owner}; here it is {kind}")
        return
    if alien := _given(config, (name for name, owner in OWNERS.items() if owner != kind)):
        raise UserError(f"{alien} belongs to --gan_type {OWNERS[alien]}; here it is {kind}")
    if alien := _given(config, GANS_ALONE):
        raise UserError(f"{kind} is no GAN, and {alien} is about GANs; leave it out")
    if len(domains) != 2:
        raise UserError(f"a {kind} learns from two domains, photographs and paintings, not "
                        f"{len(domains)} ({', '.join(domains)}); say --dataset "
                        "folder:PHOTOS,PAINTINGS")
    {"inverse_net": _inverse, "style_vae": _style}[kind](config)
    _sides(config, domains)


def _given(config, names) -> str | None:
    """The first of the options that is not as by default."""
    return next((n for n in names if getattr(config, n) != BY_NAME[n].default), None)


def _inverse(config):
    for name in TERMS:
        if getattr(config, name) > 0:
            raise UserError(f"an inverse_net has no {name}: it minimises eq. 4.7")
    if config.vgg != "vgg19":
        raise UserError(f"an inverse_net inverts vgg19 (table B.1), not {config.vgg}")
    if config.vgg_weights not in ("imagenet", RANDOM):
        check_weights(config.vgg_weights, (INVERTED,), config.vgg)


def _style(config):
    for name in TERMS:
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
    sizes = [find(name).size for name in domains]
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
