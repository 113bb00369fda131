"""The squared maximum mean discrepancy, its estimators, and the losses made of it.

MMD^2 = E k(x, x') + E k(y, y') - 2 E k(x, y) (Gretton et al. 2012; Chen's thesis eq. 2.10).
Rows are samples, x [m, d] and y [n, d]; m and n may differ.
"""

from framework.errors import UserError
from framework.lazy import Lazy
from framework.options import Option
from losses.adversarial import LOSSES
from losses.kernels import Kernel, floats

ops = Lazy("keras.ops")
devices = Lazy("framework.devices")


def mmd2(x, y, kernel, estimator: str = "unbiased"):
    """MMD^2 between the samples x [m, d] and y [n, d], a scalar.

    kernel: a function of (x, y) to [m, n], or a `losses.kernels.Kernel`, whose sums take
    linear time where it has such. estimator: "unbiased" leaves out every k(x_i, x_i), with the
    diagonal computed and not taken for constant, and can be negative (eq. 3.6, whose cross
    term must read 2 / (m n) over m rows); "biased" takes all pairs and is never negative but
    by rounding. Raises UserError for another estimator, or one sample alone unbiased.
    """
    if estimator not in ("unbiased", "biased"):
        raise UserError(f"estimator must be unbiased or biased, not {estimator!r}")
    x, y = floats(x), floats(y)
    if estimator == "unbiased" and 1 in (x.shape[0], y.shape[0]):
        raise UserError("the unbiased MMD needs two samples or more on each side")
    m, n = (ops.cast(ops.shape(a)[0], a.dtype) for a in (x, y))
    within = _mean_within if estimator == "biased" else _mean_between_different
    return within(x, m, kernel) + within(y, n, kernel) - 2 * _total(x, y, kernel) / (m * n)


def root_mmd(x, y, kernel, epsilon: float = 1e-8):
    """sqrt(MMD^2 + epsilon) of the biased estimate, as GMMN minimises (Li et al. 2015)."""
    return ops.sqrt(ops.maximum(mmd2(x, y, kernel, "biased"), 0) + epsilon)


def witness(t, x, y, kernel):
    """f(t) = mean_i k(t, x_i) - mean_j k(t, y_j) at each row of t, [T], not divided by the MMD.

    Large where x is denser than y (eq. 2.9). Its mean over x less its mean over y is the
    biased MMD^2.
    """
    t, x, y = floats(t), floats(x), floats(y)
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


def asymmetry(real, fake):
    """||min{mean D(x) - mean D(G(z)), 0}||^2 with the min taken per feature, a scalar (eq. 3.5).

    real [m, d], fake [n, d]: the critic's features. Zero while every feature is on average at
    least as large on real samples; in the critic's loss it keeps the critic from turning its
    sign around, which the symmetric MMD would not mind. Float32 inside.
    """
    real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
    difference = ops.mean(real, 0) - ops.mean(fake, 0)
    return ops.sum(ops.square(ops.minimum(difference, 0)))


@LOSSES.register("mmd", options=(
    Option("asymmetry_weight", float, 0.0, "weight of the kernelized GAN's regulariser (lambda of "
           "eq. 3.5)", low=0, serves=("discriminators",)),))
class MMD:
    """MMD^2 of what the critic makes of real and of generated samples, [B, discriminator_dim].

    The critic maximises the unbiased estimate and the generator minimises it (eq. 3.1, where
    p_y must read p_z). asymmetry_weight: lambda of the regulariser of eq. 3.5 in the critic's loss,
    0 for none. On several devices the samples of all are compared with each other.
    """

    needs_real = True

    def __init__(self, kernel: Kernel, asymmetry_weight: float = 0.0):
        self.kernel, self.asymmetry_weight = kernel, asymmetry_weight

    def discriminator(self, real, fake):
        """-MMD^2 + lambda ||min{mean real - mean fake, 0}||^2 (eq. 3.7)."""
        real, fake = devices.gathered(real), devices.gathered(fake)
        loss = -mmd2(real, fake, self.kernel)
        if not self.asymmetry_weight:
            return loss
        return loss + self.asymmetry_weight * asymmetry(real, fake)

    def generator(self, real, fake):
        """MMD^2; `real` is needed for its value, and carries no gradient to the generator."""
        return mmd2(devices.gathered(real), devices.gathered(fake), self.kernel)


class RootMMD(MMD):
    """What GMMN minimises where nobody maximises: the root of the biased MMD^2."""

    def generator(self, real, fake):
        """sqrt(MMD^2 + 1e-8)."""
        return root_mmd(devices.gathered(real), devices.gathered(fake), self.kernel)
