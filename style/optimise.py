"""Methods that optimise the pixels: style swap (eq. 4.4) and Gatys et al. (eq. 2.17)."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.pixels import LEVELS
from framework.tensors import Tensor
from losses.perceptual import content_loss, gram_matrix, total_variation
from nets.vgg import layers_of
from style.areas import Areas, at_places, read_areas
from style.colors import recoloured
from style.features import FeatureStrips, any_image_spec, layers_at_hand, mixed, vgg
from style.few_patches import swapped
from style.images import pad_to_multiple
from style.methods import METHODS
from style.minimise import Before, ImageLoss, Progress, initial_image, minimise

tf = Lazy("tensorflow")

TV_WEIGHT = 8.0
TV_SCALE = LEVELS**2           # total variation of levels 0..255 over that of [-1, 1]
# Memory of the steps, in float32 images.
OPTIMIZER_IMAGE_COPIES = {"adam": 18, "pyramid": 18, "lbfgs": 66}
CONTENT_LAYERS = ("block4_conv2",)                          # of Gatys et al.
STYLE_LAYERS = tuple(f"block{b}_conv1" for b in range(1, 6))


@METHODS.register("swap")
def swap(content: np.ndarray, styles: list[np.ndarray], *, layer: str = "block3_conv1",
         patch_size: int = 3, stride: int = 1, style_patches: int = 0,
         memory_limit: int | None = None, vgg_weights: str = "imagenet", pooling: str = "max",
         optimizer: str = "adam", iterations: int = 100, tolerance: float = 0.01,
         init: str = "content", tv_weight: float | None = None, color_share: float = 1.0,
         strength: float = 1.0, mix: Sequence[float] = (), content_mask: str = "",
         style_mask: str = "", seed: int = 0, progress: Progress | None = None,
         before: Before | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles`: optimises an image until its
    activations are nearest to the style-swapped ones (eq. 4.4).

    If a stride leaves out rows or columns of the content, the image lacks them too.
    tv_weight: lambda, see `Reconstruction`. None: 8 behind a pooling layer, where it makes up for
    the lost detail (section 4.2.4), and 0 before any, where it would only blur. The steps and the
    rate of Adam are those of the published code. memory_limit: bytes for each of the stages:
    activations, swap, optimisation. style_patches: see `style.few_patches.swapped`. tolerance: see
    `style.minimise.settled`. color_share: see `style.colors.recoloured`. strength: see `swap_loss`;
    0 returns the content. mix: weights of all the styles, whose swapped activations are mixed.
    content_mask, style_mask: see `style.areas`.
    """
    held = OPTIMIZER_IMAGE_COPIES.get(optimizer, 0) * content.nbytes
    shares = tuple(mix) or (1.0,)
    areas = read_areas(content_mask, style_mask, len(shares))
    loss, kept = swap_loss(content, styles[:len(shares)], layer, patch_size, stride, memory_limit,
                           vgg_weights, pooling, tv_weight, held, style_patches, strength, shares,
                           areas)
    image = kept if not strength else minimise(
        loss, initial_image(init, kept, seed), optimizer, iterations, progress, before=before,
        tolerance=tolerance)
    image = image[:, :content.shape[1], :content.shape[2]]
    return recoloured(image, styles, shares, areas, strength * color_share)


def swap_loss(content: np.ndarray, styles: Sequence[np.ndarray], layer: str = "block3_conv1",
              patch_size: int = 3, stride: int = 1, memory_limit: int | None = None,
              vgg_weights: str = "imagenet", pooling: str = "max", tv_weight: float | None = None,
              held: int = 0, style_patches: int = 0, strength: float = 1.0,
              shares: Sequence[float] = (1.0,),
              areas: Areas | None = None) -> "tuple[Reconstruction, np.ndarray]":
    """Returns the loss that `swap` minimises and the content that it starts from. held: bytes of
    the memory limit that the optimizer needs. style_patches: see `style.few_patches.swapped`.
    strength: of the swapped activations in a mixture with the content's own, and of lambda. shares:
    of each style.

    The content's last row and column are repeated so that pooling drops none: dropped ones would
    never change.
    """
    phi = extractor(layer, vgg_weights, pooling, memory_limit)
    content = pad_to_multiple(content, phi.scale)
    features = phi.compute(content)
    parts = []
    for number, (style, share) in enumerate(zip(styles, shares, strict=True)):
        painted = phi(style)
        within = areas and (at_places(areas.content, features.shape[1:3]),
                            at_places(areas.styles[number], painted.shape[1:3]))
        parts.append(share * swapped(features, painted, patch_size, stride, memory_limit,
                                     style_patches, areas=within))
    target = tf.add_n(parts)
    height, width = (size if target.shape[axis] == features.shape[axis]
                     else target.shape[axis] * phi.scale
                     for axis, size in ((1, content.shape[1]), (2, content.shape[2])))
    loss = reconstruction(phi, mixed(target, features, strength), tv_weight, held)
    loss.smoothness *= strength
    return loss, content[:, :height, :width]


def reconstruction(phi: FeatureStrips, target: Tensor, tv_weight: float | None,
                   held: int) -> "Reconstruction":
    """`Reconstruction`. tv_weight: None for TV_WEIGHT behind a pooling layer, 0 before any."""
    if tv_weight is None:
        tv_weight = TV_WEIGHT if phi.scale > 1 else 0.0
    return Reconstruction(phi, target, tv_weight, held)


@lru_cache(maxsize=4)
def extractor(layer: str, weights: str, pooling: str = "max",
              memory_limit: int | None = None) -> FeatureStrips:
    """The activations of a layer; the last four extractors are cached."""
    return FeatureStrips(layer, weights, pooling, memory_limit)


class Reconstruction:
    """Eq. 4.4 over n: (||Phi(I) - H||^2 + lambda TV(I)) / n, and its gradient by the image I.

    n is the number of activations; TV is of levels 0..255. The published code uses the mean of
    the first term and 1e-7 of the second, so that lambda is 1e-7 n, 0.4 at 512x512, and grows
    with the image. By the 1e-6 of its inverse network it is 8.4 at any size, which leaves less of
    the grain that pooling cannot see.
    phi: Phi of one layer. target: H [1, h, w, C]. It processes the strips of `phi` one by one; the
    target and `held` further bytes count against its memory limit.
    """

    def __init__(self, phi: FeatureStrips, target: Tensor, tv_weight: float = TV_WEIGHT,
                 held: int = 0):
        self.phi, self.target = phi, target
        self.count = float(np.prod(target.shape))
        self.held = held + 4 * int(self.count)
        self.smoothness = tv_weight * TV_SCALE / self.count

    def __call__(self, image: np.ndarray) -> tuple[float, np.ndarray]:
        variation, gradient = (self.smoothness * part.numpy() for part in _variation()(image))
        value = float(variation)
        height, width = image.shape[1:3]
        for rows, pixels, dropped in self.phi.strips(height, width, self.held):
            distance, slope = _distance(self.phi)(image[:, pixels], self.target[:, rows], dropped)
            value += float(distance) / self.count
            gradient[:, pixels] += slope.numpy() / self.count
        return value, gradient


@lru_cache(maxsize=4)
def _distance(phi: FeatureStrips):
    """Compiles, once for all frames of a film, a function of pixels, target and the number of
    feature rows to drop; it returns the squared distance and its gradient by the pixels."""
    def both(pixels, target, dropped):
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            found = phi.strip(pixels)[:, dropped:dropped + tf.shape(target)[1],
                                      :tf.shape(target)[2]]
            distance = tf.reduce_sum(tf.square(found - target))
        return distance, tape.gradient(distance, pixels)
    activations = tf.TensorSpec([1, None, None, None], tf.float32)
    return tf.function(both, autograph=False, input_signature=[
        any_image_spec(), activations, tf.TensorSpec([], tf.int32)])


@lru_cache(maxsize=1)
def _variation():
    """Compiles a function from an image to its total variation and the gradient of that."""
    def both(image):
        with tf.GradientTape() as tape:
            tape.watch(image)
            variation = total_variation(image)
        return variation, tape.gradient(variation, image)
    return tf.function(both, autograph=False, input_signature=[any_image_spec()])


@METHODS.register("gatys")
def gatys(content: np.ndarray, styles: list[np.ndarray], *, content_layers: str = "",
          style_layers: str = "", content_share: float = 0.95,
          vgg_weights: str = "imagenet", net: str = "vgg19", pooling: str = "max",
          optimizer: str = "lbfgs", iterations: int = 200, init: str = "content",
          tv_weight: float = 0.0, seed: int = 0,
          progress: Progress | None = None, before: Before | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles` by Gatys et al. 2015 (eq. 2.17).

    content_share: lambda of eq. 2.17, from 0 (texture alone) to 1. content_layers, style_layers:
    names with commas; "" for CONTENT_LAYERS and STYLE_LAYERS as far as the weights hold them, see
    `style.features.layers_at_hand`. Raises UserError if the weights lack a layer that is named.
    """
    loss = gatys_loss(content, styles[0], content_layers, style_layers, content_share, vgg_weights,
                      net, pooling, tv_weight)
    return minimise(loss, initial_image(init, content, seed), optimizer, iterations, progress,
                    before=before)


def gatys_loss(content: np.ndarray, style: np.ndarray, content_layers: str = "",
               style_layers: str = "", content_share: float = 0.95,
               vgg_weights: str = "imagenet", net: str = "vgg19", pooling: str = "max",
               tv_weight: float = 0.0) -> ImageLoss:
    """Returns the loss that `gatys` minimises: eq. 2.17 with a mean instead of the sum of eq.
    2.16, so that the weights mean the same at any size. content_layers, style_layers: as in
    `gatys`."""
    of_content = layers_of(content_layers) or layers_at_hand(CONTENT_LAYERS, vgg_weights, net)
    # The deepest of block 3 has a hundred times the others' difference of Gram matrices: as a
    # stand-in it would be all that the steps lower.
    of_style = layers_of(style_layers) or layers_at_hand(STYLE_LAYERS, vgg_weights, net, True)
    if not 0 <= content_share <= 1:
        raise UserError(f"content_share must be from 0 to 1, not {content_share}")
    extract = vgg((*of_content, *of_style), vgg_weights, net, pooling)
    wanted = extract(content)[:len(of_content)]
    grams = [gram_matrix(f) for f in extract(style)[len(of_content):]]

    def total(image):
        found = extract(image)
        pairs = zip(found[:len(of_content)], wanted, strict=True)
        texture = zip(found[len(of_content):], grams, strict=True)
        return (content_share * sum(content_loss(a, b) for a, b in pairs)
                + (1 - content_share) * sum(gram_loss(a, gram) for a, gram in texture)
                + tv_weight * TV_SCALE * total_variation(image))
    return value_and_gradient(total)


def gram_loss(features: Tensor, gram: Tensor) -> Tensor:
    """Eq. 2.14 for features [1, h, w, D] and the style's Gram matrix [1, D, D]: the squared
    difference of the Gram matrices over 4 D^2.

    Each matrix is averaged over its own positions; eq. 2.14 divides both by N M, which is right
    only for N = M. Four times the value is the biased MMD^2 under (x.y)^2 over D^2.
    """
    return tf.reduce_mean(tf.square(gram_matrix(features) - gram)) / 4


def value_and_gradient(loss: Callable[[Tensor], Tensor]) -> ImageLoss:
    """Compiles `loss`, a scalar function of an image, together with its gradient, for
    `minimise`."""
    @tf.function(autograph=False, reduce_retracing=True)
    def both(image):
        with tf.GradientTape() as tape:
            tape.watch(image)
            value = loss(image)
        return value, tape.gradient(value, image)

    def evaluate(image):
        value, gradient = both(tf.constant(image))
        return float(value), gradient.numpy()
    return evaluate
