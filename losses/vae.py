"""The evidence lower bound of a variational auto-encoder (Kingma and Welling 2014, arXiv 1312.6114,
eq. 3 and 10; the slides of document 002): log p(x) >= E_q log p(x|z) - KL(q(z|x) || p(z)).

Every function gives one number for each image, in nats, with the constants that make the whole a
bound. Float32 inside.
"""

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.flow import LOG_2_PI
from losses.likelihood import LIKELIHOODS

ops = Lazy("keras.ops")

LEAST = 1e-6                    # probability that a decoder gives to either side of a coin


def reparameterised(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """z ~ N(mean, exp(log_variance)) from noise ~ N(0, I), all [B, d], so that the gradient flows
    into mean and variance."""
    return mean + ops.exp(0.5 * log_variance) * noise


@LIKELIHOODS.register("kl", formulas=(
    r"\frac{1}{2} \mathbb{E}_x \sum_j \left( \mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2 "
    r"\right)",))
def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp(log_variance)) || N(0, I)) of codes [B, d] (Kingma and Welling 2014, appendix
    B): [B], nats."""
    mean, log_variance = (ops.cast(x, "float32") for x in (mean, log_variance))
    terms = 1 + log_variance - ops.square(mean) - ops.exp(log_variance)
    return -0.5 * ops.sum(terms, -1)


@LIKELIHOODS.register("gaussian", formulas=(
    r"\mathbb{E}_x \mathbb{E}_{z \sim q(z|x)} \left[ \frac{\|x - G(z)\|^2}{2 \sigma^2} + "
    r"\frac{d}{2} \log 2 \pi \sigma^2 \right]",))
def log_gaussian(x: Tensor, mean: Tensor, log_sigma: Tensor) -> Tensor:
    """log N(x; mean, sigma^2 I) of x and mean [B, ...] (Kingma and Welling 2014, appendix C.2),
    with one sigma for all numbers: [B], nats, a density."""
    x, mean, log_sigma = (ops.cast(a, "float32") for a in (x, mean, log_sigma))
    apart = ops.square((x - mean) * ops.exp(-log_sigma))
    return -0.5 * _rows(apart + 2 * log_sigma + LOG_2_PI)


@LIKELIHOODS.register("bernoulli", formulas=(
    r"-\mathbb{E}_x \mathbb{E}_{z \sim q(z|x)} \sum_i \left[ x_i \log G_i(z) + (1 - x_i) \log (1 - "
    r"G_i(z)) \right]",))
def log_bernoulli(x: Tensor, mean: Tensor) -> Tensor:
    """Mean log-probability of the coins that fall on 1 with probabilities x, under coins of the
    probabilities in `mean`, both [B, ...] in [-1, 1] and read as (x + 1) / 2 (Kingma and Welling
    2014, appendix C.1): [B], nats. So it bounds images made black and white by chance."""
    x, mean = ((ops.cast(a, "float32") + 1) / 2 for a in (x, mean))
    mean = ops.clip(mean, LEAST, 1 - LEAST)
    return _rows(x * ops.log(mean) + (1 - x) * ops.log(1 - mean))


def elbo(reconstruction: Tensor, kl: Tensor, beta: float | Tensor = 1.0) -> Tensor:
    """E log p(x|z) - beta KL, [B]: the bound where beta is 1 (beta: Higgins et al. 2017)."""
    return reconstruction - beta * kl


def _rows(x: Tensor) -> Tensor:
    return ops.sum(ops.reshape(x, (ops.shape(x)[0], -1)), -1)
