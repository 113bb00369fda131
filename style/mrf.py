"""`stylize --method mrf`: every patch of the image's activations becomes like one of the style's.

Li and Wand 2016, "Combining Markov Random Fields and Convolutional Neural Networks for Image
Synthesis". Style swap looks once for the patches that are like the content's; here they are looked
for at every step among what the image has become.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import product

import numpy as np

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.perceptual import TINY, relative_squared_difference, total_variation
from nets.swap import Plan, match_patches
from nets.vgg import layers_of
from style.features import any_image_spec, layer_size, layers_at_hand, vgg
from style.images import pad_to_multiple
from style.methods import METHODS
from style.minimise import Progress, initial_image, minimise
from style.optimise import CONTENT_LAYERS
from style.scales import counted_on, resized, sizes

tf = Lazy("tensorflow")

STYLE_LAYERS = ("block3_conv1", "block4_conv1")
DEEPEST_SCALE = 2**5            # pixels of a position behind all of VGG's pooling


@METHODS.register("mrf")
def mrf(content: np.ndarray, styles: list[np.ndarray], *, content_layers: str = "",
        style_layers: str = "", content_share: float = 0.5, patch_size: int = 3, stride: int = 1,
        resolutions: int = 3, vgg_weights: str = "imagenet", net: str = "vgg19",
        pooling: str = "max", optimizer: str = "adam", iterations: int = 100,
        init: str = "content", tv_weight: float = 1.0, seed: int = 0,
        progress: Progress | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles` by Li and Wand 2016, coarse to fine.

    content_layers, style_layers: names with commas; "" for CONTENT_LAYERS and STYLE_LAYERS as far
    as the weights hold them, see `style.features.layers_at_hand`. resolutions: at most so many,
    each of twice the side of the one before and begun from its image; see `sizes_that_fit`.
    iterations: at each resolution. The rest: see `PatchEnergy`. The turned and scaled copies of
    the style that the paper takes patches from too are not made.
    Raises UserError if the weights lack a layer that is named or an image is smaller than a patch.
    """
    of_content = layers_of(content_layers) or layers_at_hand(CONTENT_LAYERS, vgg_weights, net)
    of_style = layers_of(style_layers) or layers_at_hand(STYLE_LAYERS, vgg_weights, net, True)
    scale = max(scale_of(layer) for layer in (*of_content, *of_style))
    both = sizes_that_fit(content, styles[0], patch_size * max(map(scale_of, of_style)),
                          resolutions)
    image = initial_image(init, resized(content, both[0][0]), seed)
    for done, (size, painted_size) in enumerate(both):
        wanted, start = (pad_to_multiple(resized(each, size), scale) for each in (content, image))
        energy = PatchEnergy(wanted, resized(styles[0], painted_size), of_content, of_style,
                             content_share, patch_size, stride, vgg_weights, net, pooling,
                             tv_weight)
        steps = counted_on(progress, done * iterations, len(both) * iterations)
        image = minimise(energy, start, optimizer, iterations, steps)[:, :size[0], :size[1]]
    return image


class PatchEnergy:
    """The energy of an image and its gradient, for `minimise`:

    (1 - s) sum over style layers of E + s sum over content layers of C + t TV / n,

    where s is content_share, E `patch_distance`, C `losses.perceptual.relative_squared_difference`
    of the activations, t is tv_weight, TV the total variation and n the number of pixels' values.
    The paper has sums in place of what is relative here, so that its weights depend on the layer
    and on the size.
    """

    def __init__(self, content: np.ndarray, style: np.ndarray, content_layers: Sequence[str],
                 style_layers: Sequence[str], content_share: float, patch_size: int = 3,
                 stride: int = 1, vgg_weights: str = "imagenet", net: str = "vgg19",
                 pooling: str = "max", tv_weight: float = 0.0):
        self.count = len(content_layers)
        self.extract = _extractor((*content_layers, *style_layers), vgg_weights, net, pooling)
        self.wanted = self.extract(content)[:self.count]
        self.painted = self.extract(style)[self.count:]
        self.share, self.patches = content_share, (patch_size, stride)
        self.smoothness = tv_weight / content.size

    def __call__(self, image: np.ndarray) -> tuple[float, np.ndarray]:
        pixels = tf.constant(image)
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            found = self.extract(pixels)
            alike = zip(found[:self.count], self.wanted, strict=True)
            drawn = zip(found[self.count:], self.painted, strict=True)
            energy = (self.share * sum(relative_squared_difference(a, b) for a, b in alike)
                      + (1 - self.share) * sum(patch_distance(a, b, *self.patches)
                                               for a, b in drawn)
                      + self.smoothness * total_variation(pixels))
        return float(energy), tape.gradient(energy, pixels).numpy()


def patch_distance(found: Tensor, style: Tensor, patch_size: int, stride: int) -> Tensor:
    """The mean squared difference of the patches of activations [1, H, W, C] from those patches of
    the style's [1, h, w, C] that have the greatest normalised cross-correlation with them, over
    the mean square of the style's activations.

    A scalar, the mean over patches and their numbers. The choice of patches has no gradient. Raises
    UserError for activations smaller than a patch.
    """
    plan = Plan(tuple(found.shape[1:]), tuple(style.shape[1:]), patch_size, stride)
    nearest = match_patches(tf.stop_gradient(found)[0], style[0], plan)
    rows, columns = plan.content_grid
    across = plan.style_grid[1]
    y, x = stride * (nearest // across), stride * (nearest % across)
    total = 0.0
    for down, right in product(range(patch_size), repeat=2):
        wanted = tf.gather_nd(style[0], tf.stack([y + down, x + right], -1))
        there = found[0, down::stride, right::stride][:rows, :columns]
        total += tf.reduce_mean(tf.square(there - wanted))
    return total / (patch_size**2 * tf.reduce_mean(tf.square(style)) + TINY)


def scale_of(layer: str) -> int:
    """The side in pixels of the square that one position of a layer stands for."""
    return DEEPEST_SCALE // layer_size(layer, DEEPEST_SCALE, DEEPEST_SCALE)[0]


def sizes_that_fit(content: np.ndarray, style: np.ndarray, least: int,
                   resolutions: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Heights and widths of content and style, from coarse to fine, at most `resolutions`, see
    `style.scales.sizes`. Coarse ones with a side below `least` pixels are left out."""
    each = [sizes(image.shape[1], image.shape[2], resolutions) for image in (content, style)]
    count = min(map(len, each))
    *coarse, whole = zip(*(found[-count:] for found in each), strict=True)
    return [*(pair for pair in coarse if min(map(min, pair)) >= least), whole]


@lru_cache(maxsize=4)
def _extractor(layers: tuple[str, ...], weights: str, net: str,
               pooling: str) -> Callable[[np.ndarray | Tensor], list[Tensor]]:
    """VGG, compiled once for images of all sizes."""
    return tf.function(vgg(layers, weights, net, pooling), autograph=False,
                       input_signature=[any_image_spec()])
