"""The squared maximum mean discrepancy, its estimators, and the losses made of it.

MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y) (Gretton et al. 2012; Chen's thesis eq. 2.10).
Rows are samples, x [m, d] and y [n, d]; m and n may differ.
"""

from framework.errors import UserError
from framework.lazy import Lazy
from framework.options import Option
from framework.tensors import Tensor
from losses.adversarial import LOSSES
from losses.kernels import Kernel, KernelFunction, as_floats

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")


def mmd2(x: Tensor, y: Tensor, kernel: KernelFunction, estimator: str = "unbiased") -> Tensor:
    """MMD^2 between the samples x [m, d] and y [n, d], a scalar.

    kernel: a function of (x, y) to [m, n], or a `losses.kernels.Kernel`, whose `total` takes
    linear time. estimator: "unbiased" leaves out every k(x_i, x_i) and can be negative; it
    computes the diagonal, which is not constant for every kernel (eq. 3.6, whose cross term
    must read 2 / (m n) over m rows). "biased" takes all pairs and is negative only by rounding.
    Raises UserError for another estimator, and for "unbiased" with a single sample.
    """
    if estimator not in ("unbiased", "biased"):
        raise UserError(f"estimator must be unbiased or biased, not {estimator!r}")
    x, y = as_floats(x), as_floats(y)
    if getattr(kernel, "fitted", None):
        kernel = kernel.fitted(x, y)
    if getattr(kernel, "about", None):
        # MMD^2 does not depend on the center; its float32 does where the features lie far from 0.
        center = ops.stop_gradient(ops.mean(ops.concatenate([x, y]), 0))
        x, y, kernel = x - center, y - center, kernel.about(center)
    if estimator == "unbiased" and 1 in (x.shape[0], y.shape[0]):
        raise UserError("the unbiased MMD needs two samples or more on each side")
    m, n = (ops.cast(ops.shape(a)[0], a.dtype) for a in (x, y))
    within = _mean_within if estimator == "biased" else _mean_between_different
    return within(x, m, kernel) + within(y, n, kernel) - 2 * _total(x, y, kernel) / (m * n)


def root_mmd(x: Tensor, y: Tensor, kernel: KernelFunction, epsilon: float = 1e-8) -> Tensor:
    """sqrt(MMD^2 + epsilon) of the biased estimate, which GMMN minimises (Li et al. 2015)."""
    return ops.sqrt(ops.maximum(mmd2(x, y, kernel, "biased"), 0) + epsilon)


def witness(t: Tensor, x: Tensor, y: Tensor, kernel: KernelFunction) -> Tensor:
    """f(t) = mean_i k(t, x_i) - mean_j k(t, y_j) at each row of t, [T], not divided by the MMD.

    It is large where x is denser than y (eq. 2.9). Its mean over x minus its mean over y is
    the biased MMD^2.
    """
    t, x, y = as_floats(t), as_floats(x), as_floats(y)
    return ops.mean(kernel(t, x), -1) - ops.mean(kernel(t, y), -1)


def _total(x, y, kernel):
    total = getattr(kernel, "total", None)
    return total(x, y) if total else ops.sum(kernel(x, y))


def _mean_within(x, m, kernel):
    return _total(x, x, kernel) / m**2


def _mean_between_different(x, m, kernel):
    if getattr(kernel, "total", None):
        total, trace = kernel.total(x, x), ops.sum(kernel.diagonal(x))
    else:
        matrix = kernel(x, x)
        total, trace = ops.sum(matrix), ops.sum(ops.diagonal(matrix))
    return (total - trace) / (m * (m - 1))


def asymmetry(real: Tensor, fake: Tensor) -> Tensor:
    """||min{mean D(x) - mean D(G(z)), 0}||^2 with the min taken per feature, a scalar (eq. 3.5).

    real [m, d], fake [n, d]: the critic's features. It is zero while every feature is on average
    at least as large on real samples. In the critic's loss it keeps the critic from reversing
    its sign, which would not change the symmetric MMD. Float32 inside.
    """
    real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
    difference = ops.mean(real, 0) - ops.mean(fake, 0)
    return ops.sum(ops.square(ops.minimum(difference, 0)))


@LOSSES.register("mmd", options=(
    Option("asymmetry_weight", float, 0.0, "weight of the kernelized GAN's regulariser (lambda of "
           "eq. 3.5)", low=0, serves=("discriminators",)),), formulas=(
    r"-\mathrm{MMD}_k^2(D(x), D(G(z))) + \lambda_a A(D(x), D(G(z)))",
    r"\mathrm{MMD}_k^2(D(x), D(G(z)))"))
class MMD:
    """MMD^2 between the critic's features of real and of generated samples, [B, discriminator_dim].

    The critic maximises the unbiased estimate and the generator minimises it (eq. 3.1, where
    p_y must read p_z). asymmetry_weight: lambda of the regulariser of eq. 3.5 in the critic's loss,
    0 for none. On several devices the samples of all devices are compared with each other.
    """

    needs_real = True

    def __init__(self, kernel: Kernel, asymmetry_weight: float = 0.0):
        self.kernel, self.asymmetry_weight = kernel, asymmetry_weight

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """-MMD^2 + lambda ||min{mean real - mean fake, 0}||^2 (eq. 3.7)."""
        real, fake = devices.gathered(real), devices.gathered(fake)
        loss = -mmd2(real, fake, self.kernel)
        if not self.asymmetry_weight:
            return loss
        return loss + self.asymmetry_weight * asymmetry(real, fake)

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """MMD^2. Its value needs `real`, through which no gradient flows to the generator."""
        return mmd2(devices.gathered(real), devices.gathered(fake), self.kernel)


class RootMMD(MMD):
    """The root of the biased MMD^2, which GMMN minimises without a critic."""

    def generator(self, real: Tensor, fake: Tensor) -> Tensor:
        """sqrt(MMD^2 + 1e-8)."""
        return root_mmd(devices.gathered(real), devices.gathered(fake), self.kernel)
