"""`stylize --method inverse`: swapped activations, from coarse to fine, and the network of a run
of inverse_net that turns them into an image (Chen's thesis, section 4.3.2).

The thesis swaps at one size (`--resolutions 1 --color_share 0`). A net whose swap begins from what
it drew at half the size draws the style's large shapes too, as an optimisation does that goes from
coarse to fine (Kolkin et al. 2022), and costs a third more.
"""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from config.resolve import load_config
from framework.tensors import Tensor
from nets.architectures.style import CHANNELS
from nets.swap import Plan
from style.colors import recoloured
from style.features import FeatureStrips, mixed
from style.few_patches import swapped
from style.methods import METHODS
from style.minimise import Progress, minimise
from style.optimise import OPTIMIZER_IMAGE_COPIES, reconstruction
from style.scales import from_coarse_to_fine, shrunk, sizes
from style.trained import bordered, cut, find_run, inverse_network, relu3_1, remembered

LEAST_SIDE = 32         # pixels of a style at the coarsest size: fewer have too few patches


@METHODS.register("inverse")
def inverse(content: np.ndarray, styles: list[np.ndarray], *, run: str = "", patch_size: int = 3,
            stride: int = 1, style_patches: int = 0, matches: str = "near", resolutions: int = 4,
            content_share: float = 0.6, color_share: float = 1.0, strength: float = 1.0,
            memory_limit: int | None = None, optimizer: str = "lbfgs", iterations: int = 0,
            progress: Progress | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles`: at each of `resolutions` sizes swaps
    the activations of relu3_1 and inverts them.

    content_share: of the photograph in what is swapped, at all sizes but the coarsest; the rest is
    what was drawn at the size before. color_share: see `style.colors.recoloured`. matches: see
    `style.few_patches.swapped`; what near ones lose is not seen behind the network. strength: of
    the swapped activations in a mixture with the content's own, and of the colours. iterations: so
    many steps of `style.optimise.swap` take the last image nearer to its activations. Raises
    UserError if `run` is no such run, and as `nets.swap.style_swap` does.
    """
    path, checkpoint = find_run(run, "inverse")
    phi, options = relu3_1(path, memory_limit), load_config(path).style
    repaints, local = options.repaint, options.inverse_norm == "none"
    every = _sizes(content, styles[0], resolutions)
    _check_memory(content, styles[0], patch_size, stride, phi)
    network, of_style = inverse_network(path, checkpoint), _style_reader(phi, repaints)

    def draw(start, small, number):
        seen = bordered(np.clip(start + content_share * (small - start), -1, 1), phi.scale)
        painted, carried = of_style(styles[0], every[number][0] / content.shape[1])
        activations = swapped(phi.compute(seen), painted, patch_size, stride, memory_limit,
                              style_patches, carried, matches=matches,
                              window=_window(patch_size) if repaints else None)
        if strength < 1:
            own = bordered(small, phi.scale)
            own = np.concatenate([phi.compute(own), *([_squares(own)] if repaints else [])], -1)
            activations = mixed(activations, own, strength)
        image = in_strips(network, activations, phi) if local else network(activations)
        if iterations and number == len(every) - 1:
            held = OPTIMIZER_IMAGE_COPIES.get(optimizer, 0) * seen.nbytes
            loss = reconstruction(phi, activations[..., :CHANNELS], None, held)
            image = minimise(loss, np.asarray(image), optimizer, iterations, progress)
        return cut(image, small)

    image = from_coarse_to_fine(content, every, draw)
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


def _check_memory(content, style, patch_size, stride, phi):
    """Raises UserError if the memory limit of `phi` holds no swap or strip of the finest size,
    before the coarser ones are drawn."""
    def grid(image):
        height, width = (side // phi.scale for side in image.shape[1:3])
        return height, width, CHANNELS
    seen = bordered(content, phi.scale)
    Plan(grid(seen), grid(style), patch_size, stride, phi.memory_limit)
    phi.strips(*seen.shape[1:3])


@lru_cache(maxsize=2)
def _style_reader(phi: FeatureStrips, repaints: bool):
    """A function of a style and the share of its sides that is read, to its activations and, for a
    net that repaints, its pixels in squares."""
    def read(image, share):
        small = shrunk(image, share)
        return phi.compute(small), _squares(small) if repaints else None
    return remembered(read)


def _squares(image):
    from nets.inverse import squares
    return squares(image)


def _window(patch_size):
    from nets.inverse import window
    return window(patch_size)


def _sizes(content, style, most):
    """Those of `style.scales.sizes` at which the style has LEAST_SIDE pixels; the finest always."""
    height, width = content.shape[1:3]
    *coarser, finest = sizes(height, width, most)
    least = LEAST_SIDE / min(style.shape[1:3])
    return [size for size in coarser if size[0] / height >= least] + [finest]
