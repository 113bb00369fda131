"""The nets of `--gan_type cyclegan`, built from their tables."""

import keras

from framework.errors import UserError
from nets.architectures import replace_norms, use_resize_convolutions
from nets.architectures.translators import blocks_for, patch_critic, translator
from nets.build import build_chain

MULTIPLE = 4                    # of the sides of an image, which the translator halves twice


def build_translator(image_shape: tuple[int, ...], *, blocks: int = 0, width: float = 1.0,
                     upsampling: str = "transpose", name: str = "translator",
                     precision: str | None = None) -> keras.Model:
    """Builds a translator: images [B, H, W, C] in [-1, 1] to such images (Zhu et al. 2017).

    blocks: residual blocks; 0: six up to 128 pixels, nine above. upsampling: "transpose" or
    "resize", as of `nets.build.build_generators`. Raises UserError for images whose sides are no
    multiples of 4 or below 8.
    """
    side = min(image_shape[:2])
    if side < 2 * MULTIPLE or any(each % MULTIPLE for each in image_shape[:2]):
        raise UserError("a translator halves images twice and reflects their edges: height and "
                        f"width must be multiples of {MULTIPLE} from {2 * MULTIPLE} on, not "
                        f"{' x '.join(map(str, image_shape[:2]))}; choose --image_size")
    rows = translator(blocks or blocks_for(side))
    rows = use_resize_convolutions(rows) if upsampling == "resize" else rows
    return build_chain(rows, image_shape, image_shape[-1], width, name, precision)


def build_patch_critic(image_shape: tuple[int, ...], *, halvings: int = 3, width: float = 1.0,
                       norm: str | None = None, outputs: int = 1,
                       name: str = "discriminator") -> keras.Model:
    """Builds a discriminator of patches: images [B, H, W, C] to raw scores, or features, of each
    patch, [B, h, w, outputs]. halvings: of height and width, which say how large a patch is
    (`nets.architectures.translators`). norm: as of `nets.build.build_discriminators`. Raises
    UserError for images that are too small."""
    rows = replace_norms(patch_critic(halvings), norm)
    return build_chain(rows, image_shape, outputs, width, name)
