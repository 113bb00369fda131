"""`stylize --method quilt`: the style's own pixels, laid where the style swap finds their like.

What `nets.inverse` begins from where it repaints, without a network: nothing is trained, and no
pixel optimised. In no paper; image quilting (Efros and Freeman 2001) lays patches by their pixels,
here VGG's activations choose them, from coarse to fine.
"""

import numpy as np

from framework.lazy import Lazy
from nets.architectures.style import CHANNELS, INVERTED
from style.colors import recoloured
from style.methods import METHODS
from style.optimise import extractor
from style.swapping import swap_and_invert

tf = Lazy("tensorflow")


@METHODS.register("quilt")
def quilt(content: np.ndarray, styles: list[np.ndarray], *, patch_size: int = 3, stride: int = 1,
          style_patches: int = 0, matches: str = "near", resolutions: int = 4,
          content_share: float = 0.6, color_share: float = 1.0, strength: float = 1.0,
          memory_limit: int | None = None, vgg_weights: str = "imagenet") -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles` by `style.swapping.swap_and_invert`.

    patch_size: of the activations; its pixels are four times as wide. color_share: see
    `style.colors.recoloured`. strength: 0 returns the photograph.
    """
    phi = extractor(INVERTED, vgg_weights, memory_limit=memory_limit)

    def laid(activations, *_):
        return tf.nn.depth_to_space(activations[..., CHANNELS:], phi.scale).numpy()
    image = swap_and_invert(content, styles[0], phi, laid, carries=True, patch_size=patch_size,
                            stride=stride, style_patches=style_patches, matches=matches,
                            resolutions=resolutions, content_share=content_share,
                            strength=strength)
    return recoloured(image, styles[:1], share=strength * color_share)
