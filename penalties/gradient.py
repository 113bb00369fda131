"""Penalties on the critic's gradient with respect to its input, and loss scales made from it.

A critic (`discriminator`) is a function of samples [B, ...] to raw scores [B, 1] or features
[B, d]. Here it must not use batch statistics.
"""

from collections.abc import Callable
from typing import TypeAlias

from framework.autodiff import input_gradient, output_and_products
from framework.errors import UserError
from framework.lazy import Lazy
from framework.registry import Registry
from framework.tensors import Tensor
from losses.kernels import Kernel, KernelFunction, row_squares
from losses.mmd import witness

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")

PENALTIES = Registry("discriminator penalty", package="penalties")
GRADIENT_SCALES = Registry("critic scale", package="penalties")
Discriminator: TypeAlias = Callable[[Tensor], Tensor]


def interpolate(real: Tensor, fake: Tensor, alpha: Tensor) -> Tensor:
    """alpha real + (1 - alpha) fake, one alpha per sample, as float32 (section 2.5).

    real, fake: [B, ...]; alpha: B numbers in any shape, such as [B] or [B, 1, 1, 1].
    """
    real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
    per_sample = (-1,) + (1,) * (len(real.shape) - 1)
    alpha = ops.reshape(ops.cast(alpha, "float32"), per_sample)
    return alpha * real + (1 - alpha) * fake


def _mean_square_excess(gradient: Tensor) -> Tensor:
    """mean_b (||gradient_b||_2 - 1)^2."""
    norm = ops.sqrt(row_squares(ops.cast(gradient, "float32")) + 1e-12)
    return ops.mean(ops.square(norm - 1))


@PENALTIES.register("wgan-gp", formulas=(
    r"\mathbb{E}_{\hat{x}} (\|\nabla_{\hat{x}} D(\hat{x})\|_2 - 1)^2",))
def gradient_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor,
                     alpha: Tensor) -> Tensor:
    """mean_b (||grad D(x_b)||_2 - 1)^2 at points between real and fake, a scalar (eq. 2.1).

    discriminator: x -> raw scores [B, 1]. real, fake: [B, ...]; no gradient flows into either.
    alpha: B numbers uniform in [0, 1], one per sample, which the caller draws. The norm is per
    sample, over all other axes; 1e-12 under the root keeps value and gradient finite where the
    critic is flat (the thesis's code adds 1e-8 to the gradient instead). Float32 inside.
    """
    between = ops.stop_gradient(interpolate(real, fake, alpha))
    return _mean_square_excess(input_gradient(discriminator, between))


@PENALTIES.register("witness-gp", formulas=(
    r"\mathbb{E}_{\hat{x}} (\|\nabla_{\hat{x}} f(\hat{x})\|_2 - 1)^2",))
def witness_gradient_penalty(discriminator: Discriminator, kernel: KernelFunction, real: Tensor,
                             fake: Tensor, alpha: Tensor) -> Tensor:
    """mean_b (||grad f(x_b)||_2 - 1)^2 of the witness f between real and fake, a scalar.

    f(t) = mean_i k(D(t), D(x_i)) - mean_j k(D(t), D(y_j)), not divided by the MMD (Binkowski
    et al. 2018). In the inner gradient the features of real and fake are constants; the gradient
    of the critic's weights flows through them too. discriminator: x -> features [B, d]. kernel:
    as in `losses.mmd.mmd2`. The other arguments are as in `gradient_penalty`; if real and fake
    have different sizes, the first samples of the larger one are interpolated.
    """
    pairs = min(real.shape[0], fake.shape[0])
    between = ops.stop_gradient(interpolate(real[:pairs], fake[:pairs], alpha))
    of_real = devices.gathered(discriminator(real))
    of_fake = devices.gathered(discriminator(ops.stop_gradient(fake)))
    gradient = input_gradient(lambda t: witness(discriminator(t), of_real, of_fake, kernel),
                              between)
    return _mean_square_excess(gradient)


@GRADIENT_SCALES.register("smmd", formulas=(
    r"1 / (\rho + \mathbb{E} k(D, D) + \mathbb{E} \sum_i \partial_i \partial_{i+n} k(D, D))",))
def smmd_scale(discriminator: Discriminator, real: Tensor, kernel: Kernel | None = None,
               regularization: float = 1.0, scaling: float = 10.0, variant: str = "analytic",
               signs: Tensor | None = None) -> Tensor:
    """sigma^2, by which scaled MMD multiplies MMD^2 for both players (Arbel et al. 2018).

    variant="analytic": 1 / (regularization + E k(D, D) + E sum_i d_i d_{i+n} k(D, D)), in
    closed form for kernels that have a `local` (for a kernel g of the squared distance the last
    term is 2 |g'(0)| E ||J||_F^2). "reference": 1 / (1 + scaling E ||J||_F^2), the default of the
    published code; no value of regularization turns the first into it. "value-reference":
    1 / (1 + scaling (E ||J||_F^2 + mean D^2)), whose root is the scale of SWGAN.

    real: [B, ...]; E is the mean over this minibatch. discriminator: x -> features D [B, d], J is
    its Jacobian. signs: random -1 or 1 of shape [B, d] for the unbiased estimate ||signs'J||^2,
    which takes one backward pass instead of d and is exact for d = 1; None for the exact value.
    Raises UserError for another variant or a kernel without a derivative.
    """
    if variant not in ("analytic", "reference", "value-reference"):
        raise UserError(f"unknown variant {variant!r} of the scale")
    analytic = variant == "analytic"
    local = getattr(kernel, "local", None) if analytic else None
    if analytic and local is None:
        raise UserError("scaled MMD needs a kernel that is differentiable on its diagonal")
    curved = local is not None and local(1.0)[2] != 0
    features, jacobian, along = _jacobian_squares(discriminator, real, signs, curved)
    squares = row_squares(features)
    if local is not None:
        value, slope, curvature = local(squares)
        return 1 / (regularization + _batch_mean(value + slope * jacobian + curvature * along))
    values = _batch_mean(ops.square(features)) if variant == "value-reference" else 0.0
    return 1 / (1 + scaling * (_batch_mean(jacobian) + values))


@GRADIENT_SCALES.register("smmd-reference", formulas=(
    r"1 / (1 + s \, \mathbb{E} \|J_D\|_F^2)",))
def smmd_reference_scale(discriminator: Discriminator, real: Tensor, kernel: Kernel | None = None,
                         scaling: float = 10.0, signs: Tensor | None = None) -> Tensor:
    """sigma^2 as in the published code: 1 / (1 + scaling E ||J||_F^2). See `smmd_scale`."""
    return smmd_scale(discriminator, real, kernel, scaling=scaling, variant="reference",
                      signs=signs)


@GRADIENT_SCALES.register("swgan", formulas=(
    r"(1 + 10 (\mathbb{E} \|J_D\|_F^2 + \mathbb{E} D^2))^{-1/2}",))
def swgan_scale(discriminator: Discriminator, real: Tensor, signs: Tensor | None = None) -> Tensor:
    """The scale of SWGAN, [1 / (1 + 10 (E ||J||_F^2 + mean D^2))]^(1/2). See `smmd_scale`."""
    return ops.sqrt(smmd_scale(discriminator, real, variant="value-reference", signs=signs))


def _batch_mean(values: Tensor) -> Tensor:
    """The mean over the batch of all devices, on which a scale depends."""
    return devices.mean_over_replicas(ops.mean(values))


def _jacobian_squares(discriminator: Discriminator, x: Tensor, signs: Tensor | None,
                      curved: bool) -> tuple[Tensor, Tensor, Tensor]:
    """Returns D(x) [B, d], ||J||_F^2 per sample, and ||J'D||^2 per sample, or 0 if not `curved`."""
    def weights(y):
        units = [ops.zeros_like(y) + ops.one_hot(i, y.shape[1]) for i in range(y.shape[1])]
        return (units if signs is None else [ops.cast(signs, y.dtype)]) + [y] * curved

    features, products = output_and_products(discriminator, ops.cast(x, "float32"), weights)
    squares = [row_squares(ops.cast(product, "float32")) for product in products]
    along = squares.pop() if curved else 0.0
    return ops.cast(features, "float32"), sum(squares), along
