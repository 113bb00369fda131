"""The asymmetric regulariser of the kernelized GAN (Chen's thesis, section 3.2.1)."""

from framework.lazy import Lazy

ops = Lazy("keras.ops")


def asymmetry(real, fake):
    """||min{mean D(x) - mean D(G(z)), 0}||^2 with the min taken per feature, a scalar (eq. 3.5).

    real [m, d], fake [n, d]: the critic's features. Zero while every feature is on average at
    least as large on real samples; in the critic's loss it keeps the critic from turning its
    sign around, which the symmetric MMD would not mind. Float32 inside.
    """
    real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
    difference = ops.mean(real, 0) - ops.mean(fake, 0)
    return ops.sum(ops.square(ops.minimum(difference, 0)))
