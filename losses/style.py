"""Losses of style transfer beside `losses.perceptual`: eq. 4.7's total variation, the moments of
adaptive instance normalisation, and what a variational style minimises. Float32 inside.
"""

from framework.lazy import Lazy
from losses.perceptual import content_loss, total_variation

ops = Lazy("keras.ops")

LEVELS = 127.5          # levels of 0..255 in one unit of [-1, 1]
EPSILON = 1e-5


def variation_of_levels(images):
    """`total_variation` of images [B, H, W, 3] in [-1, 1] as on 0..255; a scalar.

    Chen's weight of 1e-6 belongs to it, beside a mean over all activations of the batch, as in
    the thesis's code. Eq. 4.7 prints sums instead, beside which 1e-6 would do nothing: 8.39
    would be the same there, for a batch of 8 images of 256x256.
    """
    return LEVELS**2 * total_variation(images)


def moments(features, epsilon: float = EPSILON):
    """Mean and standard deviation over space, each [B, 1, 1, C], of features [B, H, W, C].

    The variance is the biased one, and epsilon is inside the root (Huang and Belongie 2017).
    """
    features = ops.cast(features, "float32")
    mean = ops.mean(features, (1, 2), keepdims=True)
    variance = ops.mean(ops.square(features - mean), (1, 2), keepdims=True)
    return mean, ops.sqrt(variance + epsilon)


def moments_loss(a, b):
    """Squared differences of the means and of the standard deviations of one layer's features
    [B, H, W, C] and [B, H', W', C], averaged over batch and channels (Huang and Belongie 2017,
    in the units of naoto0804/pytorch-AdaIN)."""
    return sum(content_loss(x, y) for x, y in zip(moments(a), moments(b), strict=True))


def kl_to_normal(mean, log_variance):
    """KL(N(mean, exp(log_variance)) || N(0, 1)) of codes [B, d]: summed over d, mean over B."""
    mean, log_variance = (ops.cast(x, "float32") for x in (mean, log_variance))
    terms = 1 + log_variance - ops.square(mean) - ops.exp(log_variance)
    return -0.5 * ops.mean(ops.sum(terms, -1))


def disentanglement(code_1, code_2, code):
    """max(0, |E(y1) - E(y2)|^2 - |E(y1) - E(s)|^2) of style codes [B, d], mean over the batch.

    y1 and y2 are two photographs in the style s (Schopohl and Fuchsgruber 2019, eq. 1, written
    there of images and meant of codes). `code`, that of s itself, is held constant, so that it
    cannot run away from the others to lower the term.
    """
    def distance(a, b):
        return ops.sum(ops.square(ops.cast(a, "float32") - ops.cast(b, "float32")), -1)
    apart = distance(code_1, ops.stop_gradient(code))
    return ops.mean(ops.maximum(distance(code_1, code_2) - apart, 0))
