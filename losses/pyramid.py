"""How unlike two images are at several scales: first as a whole, then in their details."""

from framework.lazy import Lazy
from framework.tensors import Tensor

ops = Lazy("keras.ops")

LEAST_SIDE = 4                  # pixels of the coarsest level
LEAST_VARIANCE = 1e-3           # below which contrast is noise


def pyramid_distance(x: Tensor, y: Tensor) -> Tensor:
    """Mean over the levels of the mean squared difference, for each pair of images.

    x, y: [B, H, W, C] in [-1, 1]. Level l is their average over squares of 2^l pixels, down to a
    side of LEAST_SIDE. Returns [B], float32, 0 to 4. The pixels alone have a gradient towards each
    other only where two strokes overlap already; the coarse levels have one from afar.
    """
    difference = ops.cast(x, "float32") - ops.cast(y, "float32")
    levels = [mean_square(difference)]
    while min(difference.shape[1:3]) >= 2 * LEAST_SIDE:
        difference = ops.average_pool(difference, 2, data_format="channels_last")
        levels.append(mean_square(difference))
    return ops.mean(ops.stack(levels), 0)


def without_contrast(images: Tensor) -> Tensor:
    """Images [B, H, W, C] less their mean colour, with a standard deviation of 1 (of nearly plain
    ones less): a faint stroke counts as much as a strong one."""
    images = ops.cast(images, "float32")
    images -= ops.mean(images, (1, 2), keepdims=True)
    deviation = ops.sqrt(ops.mean(ops.square(images), (1, 2, 3), keepdims=True) + LEAST_VARIANCE)
    return images / deviation


def mean_square(x: Tensor) -> Tensor:
    """[B, ...] -> [B], the mean square of each row, float32."""
    x = ops.cast(x, "float32")
    return ops.mean(ops.square(x), tuple(range(1, len(x.shape))))
