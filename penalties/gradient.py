"""Penalties on the critic's gradient with respect to its input, and scales made of it."""

from framework.autodiff import input_gradient, output_and_products
from framework.errors import UserError
from framework.lazy import Lazy
from framework.registry import Registry
from losses.mmd import witness

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")

PENALTIES = Registry("discriminator penalty", package="penalties")
SCALES = Registry("critic scale", package="penalties")


def interpolate(real, fake, alpha):
    """alpha real + (1 - alpha) fake, one alpha per sample, as float32 (section 2.5).

    real, fake: [B, ...]; alpha: B numbers in any shape, such as [B] or [B, 1, 1, 1].
    """
    real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
    per_sample = (-1,) + (1,) * (len(real.shape) - 1)
    alpha = ops.reshape(ops.cast(alpha, "float32"), per_sample)
    return alpha * real + (1 - alpha) * fake


def _row_squares(x):
    """Per sample the sum of squares over all other axes, [B]."""
    return ops.sum(ops.square(x), axis=tuple(range(1, len(x.shape))))


def _mean_square_excess(gradient):
    norm = ops.sqrt(_row_squares(ops.cast(gradient, "float32")) + 1e-12)
    return ops.mean(ops.square(norm - 1))


@PENALTIES.register("wgan-gp")
def gradient_penalty(discriminator, real, fake, alpha):
    """mean_b (||grad D(x_b)||_2 - 1)^2 at points between real and fake, a scalar (eq. 2.1).

    critic: callable x -> raw scores [B, 1] without batch statistics. real, fake: [B, ...]; no
    gradient flows into either. alpha: B numbers uniform in [0, 1], one per sample, drawn by
    the caller. The norm is per sample, over all other axes; 1e-12 under the root keeps
    value and gradient finite where the critic is flat (the thesis's code adds 1e-8 to the
    gradient instead). Float32 inside.
    """
    between = ops.stop_gradient(interpolate(real, fake, alpha))
    return _mean_square_excess(input_gradient(discriminator, between))


@PENALTIES.register("witness-gp")
def witness_gradient_penalty(discriminator, kernel, real, fake, alpha):
    """mean_b (||grad f(x_b)||_2 - 1)^2 of the witness f between real and fake, a scalar.

    f(t) = mean_i k(D(t), D(x_i)) - mean_j k(D(t), D(y_j)), not divided by the MMD (Binkowski
    et al. 2018). For the inner gradient the features of real and fake are constants; the
    critic's own gradient flows through them too. critic: x -> features [B, d] without batch
    statistics; kernel: as in `losses.mmd.mmd2`; the rest as in `gradient_penalty`, but that of
    unequal samples the first of each are interpolated.
    """
    pairs = min(real.shape[0], fake.shape[0])
    between = ops.stop_gradient(interpolate(real[:pairs], fake[:pairs], alpha))
    of_real = devices.gathered(discriminator(real))
    of_fake = devices.gathered(discriminator(ops.stop_gradient(fake)))
    gradient = input_gradient(lambda t: witness(discriminator(t), of_real, of_fake, kernel),
                              between)
    return _mean_square_excess(gradient)


@SCALES.register("smmd")
def smmd_scale(discriminator, real, kernel=None, regularization=1.0, scaling=10.0,
               variant="analytic",
               signs=None):
    """sigma^2, by which scaled MMD multiplies MMD^2 for both players (Arbel et al. 2018).

    variant="analytic": 1 / (regularization + E k(D, D) + E sum_i d_i d_{i+n} k(D, D)), in
    closed form for kernels that know their `local` (E ||J||_F^2 times 2 |g'(0)| for those of a
    distance). "reference": 1 / (1 + scaling E ||J||_F^2), the default of the published code,
    which no regularization makes of the first. "value-reference": 1 / (1 + scaling
    (E ||J||_F^2 + mean D^2)), whose root is the scale of SWGAN.

    real: [B, ...], the minibatch that E stands for. critic: x -> features D [B, d] without
    batch statistics, J its Jacobian. signs: random -1 or 1 of shape [B, d] for the unbiased
    estimate ||signs'J||^2, one pass backwards instead of d and exact for d = 1; None for
    exact. Raises UserError for another variant or a kernel without a derivative.
    """
    if variant not in ("analytic", "reference", "value-reference"):
        raise UserError(f"unknown variant {variant!r} of the scale")
    analytic, local = variant == "analytic", getattr(kernel, "local", None)
    if analytic and local is None:
        raise UserError("scaled MMD needs a kernel that is differentiable on its diagonal")
    curved = analytic and local(1.0)[2] != 0
    features, jacobian, along = _jacobian_squares(discriminator, real, signs, curved)
    squares = _row_squares(features)
    if analytic:
        value, slope, curvature = local(squares)
        return 1 / (regularization + _batch_mean(value + slope * jacobian + curvature * along))
    values = _batch_mean(ops.square(features)) if variant == "value-reference" else 0.0
    return 1 / (1 + scaling * (_batch_mean(jacobian) + values))


@SCALES.register("smmd-reference")
def smmd_reference_scale(discriminator, real, kernel=None, scaling=10.0, signs=None):
    """sigma^2 as the published code has it: 1 / (1 + scaling E ||J||_F^2). See `smmd_scale`."""
    return smmd_scale(discriminator, real, kernel, scaling=scaling, variant="reference",
                      signs=signs)


@SCALES.register("swgan")
def swgan_scale(discriminator, real, signs=None):
    """The scale of SWGAN, [1 / (1 + 10 (E ||J||_F^2 + mean D^2))]^(1/2). See `smmd_scale`."""
    return ops.sqrt(smmd_scale(discriminator, real, variant="value-reference", signs=signs))


def _batch_mean(values):
    """Mean over the batch of all devices, which a scale is a function of."""
    return devices.mean_over_replicas(ops.mean(values))


def _jacobian_squares(discriminator, x, signs, curved: bool):
    """D(x) [B, d] and per sample ||J||_F^2 and, where `curved`, ||J'D||^2, else 0."""
    def weights(y):
        units = [ops.zeros_like(y) + ops.one_hot(i, y.shape[1]) for i in range(y.shape[1])]
        return (units if signs is None else [ops.cast(signs, y.dtype)]) + [y] * curved

    features, products = output_and_products(discriminator, ops.cast(x, "float32"), weights)
    squares = [_row_squares(ops.cast(product, "float32")) for product in products]
    along = squares.pop() if curved else 0.0
    return ops.cast(features, "float32"), sum(squares), along
