"""More losses of style transfer, beside `losses.perceptual`: the total variation of eq. 4.7, the
moments of adaptive instance normalisation, and the terms of a variational style. Float32 inside.
"""

from framework.lazy import Lazy
from framework.pixels import LEVELS
from framework.tensors import Tensor
from losses.perceptual import Difference, mean_squared_difference, total_variation
from losses.vae import divergence

ops = Lazy("keras.ops")

EPSILON = 1e-5


def variation_of_levels(images: Tensor) -> Tensor:
    """`total_variation` of images [B, H, W, 3] in [-1, 1], in the units of 0..255; a scalar.

    Chen's weight of 1e-6 is meant for it, beside a mean over all activations of the batch, as in
    the thesis's code. Eq. 4.7 prints sums instead, beside which 1e-6 would have no effect: a
    weight of 8.39 would do the same there, for a batch of 8 images of 256x256.
    """
    return LEVELS**2 * total_variation(images)


def moments(features: Tensor, epsilon: float = EPSILON) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over space, each [B, 1, 1, C], of features [B, H, W, C].

    The variance is the biased one, and epsilon is inside the root (Huang and Belongie 2017).
    """
    features = ops.cast(features, "float32")
    mean = ops.mean(features, (1, 2), keepdims=True)
    variance = ops.mean(ops.square(features - mean), (1, 2), keepdims=True)
    return mean, ops.sqrt(variance + epsilon)


def moments_loss(a: Tensor, b: Tensor, difference: Difference = mean_squared_difference) -> Tensor:
    """Squared differences of the means and of the standard deviations of one layer's features
    [B, H, W, C] and [B, H', W', C], averaged over batch and channels (Huang and Belongie 2017,
    in the units of naoto0804/pytorch-AdaIN). difference: another one of two tensors."""
    return sum(difference(x, y) for x, y in zip(moments(a), moments(b), strict=True))


def kl_to_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp(log_variance)) || N(0, 1)) of codes [B, d]: summed over d, mean over B."""
    return ops.mean(divergence(mean, log_variance))


def disentanglement(code_1: Tensor, code_2: Tensor, code: Tensor) -> Tensor:
    """max(0, |E(y1) - E(y2)|^2 - |E(y1) - E(s)|^2) of style codes [B, d], mean over the batch.

    y1 and y2 are two photographs in the style s (Schopohl and Fuchsgruber 2019, eq. 1, which is
    written for images and meant for codes). code_1, code_2 and `code` are the codes of y1, y2 and
    s. `code` is held constant, since it could lower the term by moving away from the others.
    """
    def distance(a, b):
        return ops.sum(ops.square(ops.cast(a, "float32") - ops.cast(b, "float32")), -1)
    apart = distance(code_1, ops.stop_gradient(code))
    return ops.mean(ops.maximum(distance(code_1, code_2) - apart, 0))
