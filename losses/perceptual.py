"""Losses on the features of a frozen net, float32 inside (thesis 4.2.3; Johnson et al. 2016).

The units are those of the thesis's code, for which its weights 1e-3 (content) and 1e-12 (style)
are meant: a Gram matrix is divided by the number of positions, H W, while eq. 4.5 divides by
H W C; squared differences are averaged over batch and entries.
"""

from collections.abc import Callable

from framework.lazy import Lazy
from framework.tensors import Tensor

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")

Difference = Callable[[Tensor, Tensor], Tensor]
TINY = 1e-12


def gram_matrix(features: Tensor) -> Tensor:
    """Products of channels, averaged over positions: [B, H, W, C] -> [B, C, C].

    Entry (c, d) is the mean over h, w of f[h, w, c] f[h, w, d], so that images of different
    sizes can be compared.
    """
    batch, height, width, channels = ops.shape(features)
    rows = ops.reshape(ops.cast(features, "float32"), (batch, height * width, channels))
    return ops.matmul(ops.transpose(rows, (0, 2, 1)), rows) / ops.cast(height * width, "float32")


def mean_squared_difference(a: Tensor, b: Tensor) -> Tensor:
    """The mean of (a - b)^2 over all entries of two tensors of one shape, a float32 scalar."""
    return ops.mean(ops.square(ops.cast(a, "float32") - ops.cast(b, "float32")))


def relative_squared_difference(a: Tensor, b: Tensor) -> Tensor:
    """The mean of (a - b)^2 over that of b^2, which is held constant; a scalar without a unit, for
    two tensors of one shape [B, ...]. On several devices b^2 is averaged over all of them.

    VGG's features grow from layer to layer, and their Gram matrices with the square: of plain
    differences the deepest layer is nearly the whole sum, and colours, which the first layer
    knows best, count for nothing.
    """
    scale = devices.mean_over_replicas(ops.mean(ops.square(ops.cast(b, "float32"))))
    return mean_squared_difference(a, b) / ops.stop_gradient(scale + TINY)


def content_loss(a: Tensor, b: Tensor) -> Tensor:
    """Mean squared difference of two images' features of one layer, both [B, H, W, C]: FRL of
    eq. 4.5, a scalar."""
    return mean_squared_difference(a, b)


def style_loss(features_a: Tensor, features_b: Tensor,
               difference: Difference = mean_squared_difference) -> Tensor:
    """Mean squared difference of the Gram matrices of one layer's features: SRL of eq. 4.5.

    features_a: [B, H, W, C]; features_b: [B, H', W', C]. Returns a scalar, the mean over the
    batch and the C^2 entries. It is also the biased MMD^2 of the positions' features under the
    kernel (x.y)^2, divided by C^2. difference: another one of two tensors.
    """
    return difference(gram_matrix(features_a), gram_matrix(features_b))


def batch_style_loss(features_a: Tensor, features_b: Tensor) -> Tensor:
    """`style_loss` of the batches' mean Gram matrices; not in the thesis.

    Image by image, two batches of real images of one kind differ nearly as much as real images
    differ from grey ones, so that `style_loss` hardly falls, as figure 7.1 of the thesis shows.
    The mean Gram matrices of the two batches are a hundred times nearer.
    """
    a, b = (devices.mean_over_replicas(ops.mean(gram_matrix(f), axis=0))
            for f in (features_a, features_b))
    return mean_squared_difference(a, b)


def total_variation(images: Tensor) -> Tensor:
    """Sum of the squared differences of neighbouring pixels of images [B, H, W, C], over the
    whole batch and not divided by anything; a scalar."""
    images = ops.cast(images, "float32")
    down, right = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
    return ops.sum(ops.square(down)) + ops.sum(ops.square(right))
