"""`stylize --method inverse`: swapped activations, and the network of a run of inverse_net that
turns them into an image (Chen's thesis, section 4.3.2, where it is done at one size and without
the colours at the end: `--resolutions 1 --color_share 0`).
"""

from collections.abc import Callable

import numpy as np

from config.resolve import load_config
from framework.tensors import Tensor
from nets.architectures.style import CHANNELS, INVERTED
from style.colors import recoloured
from style.features import FeatureStrips
from style.methods import METHODS
from style.minimise import Progress, minimise
from style.optimise import OPTIMIZER_IMAGE_COPIES, extractor, reconstruction
from style.swapping import swap_and_invert
from style.trained import find_run, inverse_network


@METHODS.register("inverse")
def inverse(content: np.ndarray, styles: list[np.ndarray], *, run: str = "", patch_size: int = 3,
            stride: int = 1, style_patches: int = 0, matches: str = "near", resolutions: int = 4,
            content_share: float = 0.6, color_share: float = 1.0, strength: float = 1.0,
            memory_limit: int | None = None, optimizer: str = "lbfgs", iterations: int = 0,
            progress: Progress | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles` by `style.swapping.swap_and_invert`.

    matches: what near ones lose is not seen behind the network. color_share: see
    `style.colors.recoloured`. strength: of the swapped activations and of the colours. iterations:
    so many steps of `style.optimise.swap` take the last image nearer to its activations. Raises
    UserError if `run` is no such run, and as `nets.swap.style_swap` does.
    """
    path, checkpoint = find_run(run, "inverse")
    config = load_config(path)
    phi = extractor(INVERTED, config.coupling.vgg_weights, memory_limit=memory_limit)

    def invert(activations, seen, finest):
        network = inverse_network(path, checkpoint)
        image = (in_strips(network, activations, phi) if config.style.inverse_norm == "none"
                 else network(activations))
        if not iterations or not finest:
            return image
        held = OPTIMIZER_IMAGE_COPIES.get(optimizer, 0) * seen.nbytes
        loss = reconstruction(phi, activations[..., :CHANNELS], None, held)
        return minimise(loss, np.asarray(image), optimizer, iterations, progress)

    image = swap_and_invert(content, styles[0], phi, invert, carries=config.style.repaint,
                            patch_size=patch_size, stride=stride, style_patches=style_patches,
                            matches=matches, resolutions=resolutions,
                            content_share=content_share, strength=strength)
    return recoloured(image, styles[:1], share=strength * color_share)


def in_strips(network: Callable[[Tensor], Tensor], activations: Tensor,
              phi: FeatureStrips) -> np.ndarray:
    """The image of `network` for activations [1, h, w, C], strip by strip so that large images fit
    in the memory of `phi`. The network, without norms, mirrors VGG to this layer and so looks no
    farther than a strip's margin: the strips together equal the whole."""
    side, height, width = phi.scale, *activations.shape[1:3]
    parts = []
    for rows, pixels, dropped in phi.strips(side * height, side * width):
        image = network(activations[:, pixels.start // side:pixels.stop // side])
        parts.append(image[:, side * dropped:side * (dropped + rows.stop - rows.start)])
    return np.concatenate(parts, 1)
