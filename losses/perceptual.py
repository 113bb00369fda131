"""Losses on the features of a frozen net, float32 inside (thesis 4.2.3; Johnson et al. 2016).

The units are those of the thesis's code, to which its weights 1e-3 (content) and 1e-12 (style)
belong: a Gram matrix is divided by the number of positions, H W, while eq. 4.5 divides by
H W C; and squared differences are averaged over batch and entries.
"""

from framework.lazy import Lazy

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")


def gram_matrix(features):
    """Products of channels, averaged over positions: [B, H, W, C] -> [B, C, C].

    Entry (c, d) is the mean over h, w of f[h, w, c] f[h, w, d], so that images of different
    sizes compare.
    """
    batch, height, width, channels = ops.shape(features)
    rows = ops.reshape(ops.cast(features, "float32"), (batch, height * width, channels))
    return ops.matmul(ops.transpose(rows, (0, 2, 1)), rows) / ops.cast(height * width, "float32")


def content_loss(a, b):
    """Mean squared difference of two images' features of one layer, both [B, H, W, C]; FRL of
    eq. 4.5, a scalar."""
    return _mean_square(ops.cast(a, "float32") - ops.cast(b, "float32"))


def style_loss(features_a, features_b):
    """Mean squared difference of the Gram matrices of one layer's features; SRL of eq. 4.5.

    features_a [B, H, W, C], features_b [B, H', W', C]; a scalar, the mean over batch and the
    C^2 entries. It is also the biased MMD^2 of the positions' features under the kernel
    (x.y)^2, divided by C^2.
    """
    return _mean_square(gram_matrix(features_a) - gram_matrix(features_b))


def batch_style_loss(features_a, features_b):
    """`style_loss` of the batches' mean Gram matrices; not in the thesis.

    Compared image by image, two batches of the same real images are nearly as far apart as
    real images are from grey ones, so that the term hardly moves, as figure 7.1 of the thesis
    shows; of the means they are a hundred times nearer.
    """
    a, b = (devices.mean_over_replicas(ops.mean(gram_matrix(f), axis=0))
            for f in (features_a, features_b))
    return _mean_square(a - b)


def total_variation(images):
    """Sum of squared differences of neighbouring pixels of images [B, H, W, C], over all of
    the batch, not divided by anything; a scalar."""
    images = ops.cast(images, "float32")
    down, right = images[:, 1:] - images[:, :-1], images[:, :, 1:] - images[:, :, :-1]
    return ops.sum(ops.square(down)) + ops.sum(ops.square(right))


def _mean_square(difference):
    return ops.mean(ops.square(difference))
