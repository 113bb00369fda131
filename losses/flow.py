"""The exact log-likelihood of a flow (Dinh, Sohl-Dickstein and Bengio 2017, arXiv 1605.08803, eq. 2
and 3; the slides of document 002), and its units. Float32 inside.

A flow is an invertible x -> z. Its log-determinant is that of dz/dx.
"""

import math

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.likelihood import LIKELIHOODS

ops = Lazy("keras.ops")

LEVELS = 256                    # of a pixel
LOG_2_PI = math.log(2 * math.pi)


def dequantised(levels: Tensor, noise: Tensor) -> Tensor:
    """Pixels 0..255 with noise in [0, 1), as reals in [-1, 1): the density of these at an image's
    levels, in the mean over the noise, bounds their log-probability (Theis et al. 2016)."""
    return (ops.cast(levels, "float32") + noise) * (2 / LEVELS) - 1


def of_levels(log_density: Tensor, dimensions: int) -> Tensor:
    """Log-density of `dequantised` pixels in [-1, 1) as log-probability of their levels, nats."""
    return log_density + dimensions * math.log(2 / LEVELS)


def bits_per_dimension(log_probability: Tensor, dimensions: int) -> Tensor:
    """Nats of an image as bits of each of its numbers, with the sign turned: less is better."""
    return -log_probability / (dimensions * math.log(2))


def log_normal(z: Tensor) -> Tensor:
    """log N(z; 0, I) of each row of z [B, d]: [B], nats."""
    z = ops.cast(z, "float32")
    return -0.5 * ops.sum(ops.square(z) + LOG_2_PI, -1)


@LIKELIHOODS.register("change of variables", formulas=(
    r"-\mathbb{E}_x \left[ \log \mathcal{N}(f(x); 0, I) + \log \left| \det "
    r"\frac{\partial f(x)}{\partial x} \right| \right], \quad f = G^{-1}",))
def log_likelihood(z: Tensor, log_determinant: Tensor) -> Tensor:
    """log p(x) = log N(z; 0, I) + log |det dz/dx|, by the change of variables (Dinh et al. 2017,
    eq. 3). z [B, d], log_determinant [B]: [B], nats."""
    return log_normal(z) + ops.cast(log_determinant, "float32")
