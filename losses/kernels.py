"""Kernels on rows of features: x [m, d] and y [n, d] to the matrix of k(x_i, y_j), [m, n].

Everything is float32 under any precision policy; float64 stays float64. Formulas and sets of
bandwidths: Chen's thesis (2017) sections 3.2.3 and A (its eq. 3.9 lacks the minus sign, and its
eq. A.2 holds only for bias 0); Li et al. 2015 and 2017; Binkowski et al. 2018.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from framework.options import Option
from framework.registry import Registry
from framework.tensors import Tensor

ops = Lazy("keras.ops")

KERNELS = Registry("kernel", package="losses")
KernelFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]  # x [m, d], y [n, d] -> [m, n]
MAX_DIRECT_ELEMENTS = 10_000_000    # m n d, up to which rows are subtracted directly
BANDWIDTHS = (1.0, 2.0, 4.0, 8.0, 16.0)
ALPHAS = (0.1, 1.0, 10.0)
ROOT_EPSILON = 1e-5                 # under the roots of `energy`


def as_floats(x: Tensor) -> Tensor:
    """Returns x as a float32 tensor; a float64 tensor stays float64."""
    x = ops.convert_to_tensor(x)
    return x if x.dtype == "float64" else ops.cast(x, "float32")


def squared_distances(x: Tensor, y: Tensor) -> Tensor:
    """||x_i - y_j||^2, [m, n], never negative and exactly zero between a row and itself.

    Up to MAX_DIRECT_ELEMENTS the rows are subtracted directly. Beyond, the result is
    ||a||^2 + ||b||^2 - 2 a.b, which takes m n + (m + n) d instead of m n d numbers. There a and
    b are x_i and y_j minus their common mean: the distances do not change, and the terms that
    cancel stay small. On recent GPUs that product has 10 bits unless TensorFloat-32 is off.
    """
    same = x is y
    x, y = as_floats(x), as_floats(y)
    size = (x.shape[0], y.shape[0], x.shape[1])
    if None not in size and np.prod(size, dtype=float) <= MAX_DIRECT_ELEMENTS:
        return ops.sum(ops.square(x[:, None] - y[None]), -1)
    center = ops.mean(ops.concatenate([x, y]), 0)
    x, y = x - center, y - center
    squares = ops.sum(ops.square(x), -1)[:, None] + ops.sum(ops.square(y), -1)[None]
    distances = ops.maximum(squares - 2 * ops.matmul(x, ops.transpose(y)), 0)
    if not same:
        return distances
    row = ops.arange(ops.shape(x)[0])
    return ops.where(row[:, None] == row[None], ops.zeros_like(distances), distances)


def linear(x: Tensor, y: Tensor) -> Tensor:
    """x.y (eq. 3.8). Not characteristic: its MMD is the distance of the feature means."""
    return ops.matmul(as_floats(x), ops.transpose(as_floats(y)))


def polynomial(x: Tensor, y: Tensor, degree: int = 2, bias: float = 1.0,
               scale: float = 1.0) -> Tensor:
    """(scale x.y + bias)^degree. KID has degree 3 and scale 1/d."""
    base = scale * linear(x, y) + bias
    return math.prod([base] * degree, start=1.0)        # half the time of a power


def gaussian(x: Tensor, y: Tensor, gamma: float = 1.0) -> Tensor:
    """exp(-gamma ||x - y||^2) (eq. 3.9); gamma = 1 / (2 sigma^2)."""
    return ops.exp(-gamma * squared_distances(x, y))


def gaussian_mixture(x: Tensor, y: Tensor, bandwidths: Sequence[float] = BANDWIDTHS) -> Tensor:
    """The sum over sigma of exp(-||x - y||^2 / (2 sigma^2)); bandwidths: the sigmas.

    The code of GMMN (Li et al. 2015) does not square sigma: its true sigma is the root of the
    number that it prints.
    """
    distances = squared_distances(x, y)
    return sum(ops.exp(distances * (-0.5 / sigma**2)) for sigma in bandwidths)


def rational_quadratic(x: Tensor, y: Tensor, alphas: Sequence[float] = ALPHAS,
                       dot: float = 0.0) -> Tensor:
    """The sum over alpha of (1 + ||x - y||^2 / (2 alpha))^-alpha, plus dot x.y."""
    distances = squared_distances(x, y)
    mixture = sum(ops.exp(-a * ops.log1p(distances * (0.5 / a))) for a in alphas)
    return mixture + dot * linear(x, y) if dot else mixture


def energy(x: Tensor, y: Tensor, epsilon: float = ROOT_EPSILON) -> Tensor:
    """||x|| + ||y|| - ||x - y||. Its MMD^2 is the energy distance; some authors put a factor
    of 1/2 before the kernel, which halves it. epsilon is added under each root, which has no
    derivative at 0."""
    x_norm, y_norm = (ops.sqrt(ops.sum(ops.square(as_floats(a)), -1) + epsilon) for a in (x, y))
    return x_norm[:, None] + y_norm[None] - ops.sqrt(squared_distances(x, y) + epsilon)


class RandomKitchenSinks:
    """Features whose dot product is about exp(-gamma ||x - y||^2) (eq. 3.10, Rahimi 2007).

    A call with x [m, dim] returns sqrt(2/s) cos(sqrt(2 gamma) W x + b), [m, s], where s is the
    number of `features`. W ~ N(0, 1) and b ~ U(0, 2 pi) follow from the seed, so that a run
    keeps its features without storing them. paired=True returns the cosines and sines of s/2
    frequencies instead: as many features, nowhere a worse estimate, and k(x, x) is exactly 1.
    Raises UserError for an odd number of paired features.
    """

    def __init__(self, dim: int, features: int = 300, gamma: float = 1.0, seed: int = 0,
                 paired: bool = False):
        if paired and features % 2:
            raise UserError(f"paired features come in twos, not {features}")
        random = np.random.default_rng([seed, dim])
        self.weights = random.standard_normal((features // (1 + paired), dim))
        self.offsets = random.uniform(0, 2 * np.pi, features)
        self.features, self.gamma, self.paired = features, gamma, paired

    def __call__(self, x: Tensor) -> Tensor:
        x = as_floats(x)
        frequencies = np.sqrt(2 * self.gamma) * self.weights.T
        angles = ops.matmul(x, ops.cast(frequencies, x.dtype))
        waves = (ops.concatenate([ops.cos(angles), ops.sin(angles)], -1) if self.paired
                 else ops.cos(angles + ops.cast(self.offsets, x.dtype)))
        return np.sqrt(2 / self.features).item() * waves


def linear_kernel_sum(x: Tensor, y: Tensor) -> Tensor:
    """The sum of x_i.y_j over all i and j, in time and memory (m + n) d (eq. A.1)."""
    return ops.sum(ops.sum(as_floats(x), 0) * ops.sum(as_floats(y), 0))


def polynomial_kernel_sum(x: Tensor, y: Tensor, bias: float = 1.0) -> Tensor:
    """The sum of (x_i.y_j + b)^2 over all i and j, in time (m + n) d^2 and memory d^2.

    It is <X'X, Y'Y> + 2 b s_x.s_y + m n b^2 for any m and n, where s are the sums of the rows.
    Eq. A.2 is wrong: it has b I for the matrix of b's, pairs equal rows only and counts n b^2.
    """
    x, y = as_floats(x), as_floats(y)
    m, n = (ops.cast(ops.shape(a)[0], x.dtype) for a in (x, y))
    second = ops.sum(ops.matmul(ops.transpose(x), x) * ops.matmul(ops.transpose(y), y))
    return second + 2 * bias * linear_kernel_sum(x, y) + m * n * bias**2


def parse_scales(text: str, option: str = "kernel_scales") -> tuple[float, ...]:
    """Returns the positive numbers in `text`, which commas separate. Raises UserError, which names
    the `option`."""
    try:
        scales = tuple(float(part) for part in text.split(",")) if text else ()
    except ValueError:
        scales = (0.0,)
    if not all(0 < scale < float("inf") for scale in scales):
        raise UserError(f"{option} must be positive numbers with commas, not {text!r}")
    return scales


@dataclass(frozen=True)
class Kernel:
    """A kernel with those of its properties that have a closed form.

    matrix: (x [m, d], y [n, d]) -> [m, n]. total: (x, y) -> the sum of that matrix, computed
    without the matrix; None where there is no such formula. diagonal: x -> k(x_i, x_i), [m]; it
    is given with `total`. local: ||a||^2 -> (v, p, q), where v = k(a, a), and p I + q a a' is the
    derivative of k(a, b) once in each argument at b = a; None where there is no derivative.
    Scaled MMD uses `local`. about: c [d] -> the kernel k(u + c, v + c) of u and v, less terms of u
    or of v alone, which cancel in an MMD; None where k depends on differences alone. The
    products x.y of features far from 0 round away what differs. fitted: (x, y) -> the kernel that
    an MMD of these samples takes in place of this one; None where it takes this.
    """

    matrix: KernelFunction
    total: KernelFunction | None = None
    diagonal: Callable[[Tensor], Tensor] | None = None
    local: Callable[[Tensor], tuple[Tensor, Tensor, Tensor]] | None = None
    about: "Callable[[Tensor], Kernel] | None" = None
    fitted: "Callable[[Tensor, Tensor], Kernel] | None" = None

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        return self.matrix(x, y)


def row_squares(x: Tensor) -> Tensor:
    """The sum of squares of each row over all other axes: x [m, ...] -> [m]."""
    x = as_floats(x)
    return ops.sum(ops.square(x), axis=tuple(range(1, len(x.shape))))


# Options that several kernels share. A kernel's parameter has the name without "kernel_".
GAMMA_OPTION = Option("kernel_gamma", float, 1.0, "gaussian and what is like it: exp(-gamma "
                      "distance^2)", low=1e-9, high=1e9)
FEATURES_OPTION = Option("kernel_features", int, 300, "rks (eq. 3.10), fastfood: random features; "
                         "nystroem: landmarks, half of them real", low=1, high=1000000)
SCALES_OPTION = Option(
    "kernel_scales", str, "", "gaussian-mixture: its sigmas; rational-quadratic: its alphas; with "
    "commas (default: 1,2,4,8,16; 0.1,1,10)")


@KERNELS.register("gaussian", options=(GAMMA_OPTION,))
def gaussian_kernel(gamma: float = 1.0) -> Kernel:
    """`gaussian`, the default of the thesis."""
    return Kernel(partial(gaussian, gamma=gamma), local=lambda square: (1.0, 2 * gamma, 0.0))


@KERNELS.register("linear")
def linear_kernel() -> Kernel:
    """`linear`, whose sums take linear time."""
    return Kernel(linear, linear_kernel_sum, row_squares, lambda square: (square, 1.0, 0.0),
                  lambda center: linear_kernel())


@KERNELS.register("polynomial", options=(
    Option("kernel_bias", float, 1.0, "polynomial: (x.y + bias)^2", low=0, high=1e6),))
def polynomial_kernel(bias: float = 1.0) -> Kernel:
    """`polynomial` of degree 2, whose sums take linear time. Bias 1 matches means and second
    moments; bias 0 compares Gram matrices."""
    return Kernel(partial(polynomial, bias=bias), partial(polynomial_kernel_sum, bias=bias),
                  lambda x: (row_squares(x) + bias) ** 2,
                  lambda square: ((square + bias) ** 2, 2 * (square + bias), 2.0),
                  partial(polynomial_about, bias))


def polynomial_about(bias: float, center: Tensor) -> Kernel:
    """(u.v)^2 + 2 (u.v) (a_u + a_v + b) + 2 a_u a_v with a_u = c.u and b = c.c + bias: the kernel
    ((u + c).(v + c) + bias)^2 without what one of u and v alone decides. Its sums take linear
    time."""
    bias = ops.sum(ops.square(center)) + bias

    def along(u):
        return ops.matmul(u, center)

    def matrix(u, v):
        products, a, b = linear(u, v), along(u), along(v)
        both = a[:, None] + b[None] + bias
        return products**2 + 2 * products * both + 2 * a[:, None] * b[None]

    def total(u, v):
        a, b = along(u), along(v)
        weighted = ops.sum(ops.sum(u * a[:, None], 0) * ops.sum(v, 0)) + ops.sum(
            ops.sum(u, 0) * ops.sum(v * b[:, None], 0))
        return (polynomial_kernel_sum(u, v, 0.0) + 2 * weighted
                + 2 * bias * linear_kernel_sum(u, v) + 2 * ops.sum(a) * ops.sum(b))

    def diagonal(u):
        squares, a = row_squares(u), along(u)
        return squares**2 + 2 * squares * (2 * a + bias) + 2 * a**2
    return Kernel(matrix, total, diagonal)


@KERNELS.register("gaussian-mixture", options=(SCALES_OPTION,))
def gaussian_mixture_kernel(scales: Sequence[float] = BANDWIDTHS) -> Kernel:
    """`gaussian_mixture` with these sigmas."""
    slope = sum(sigma**-2 for sigma in scales)
    return Kernel(partial(gaussian_mixture, bandwidths=scales),
                  local=lambda square: (float(len(scales)), slope, 0.0))


@KERNELS.register("rational-quadratic", options=(SCALES_OPTION,))
def rational_quadratic_kernel(scales: Sequence[float] = ALPHAS) -> Kernel:
    """`rational_quadratic` with these alphas."""
    count = float(len(scales))
    return Kernel(partial(rational_quadratic, alphas=scales),
                  local=lambda square: (count, count, 0.0))


@KERNELS.register("rational-quadratic-dot", options=(SCALES_OPTION,))
def rational_quadratic_dot_kernel(scales: Sequence[float] = ALPHAS) -> Kernel:
    """`rational_quadratic` with x.y added, as in every script of Binkowski et al."""
    count = float(len(scales))
    kernel = Kernel(partial(rational_quadratic, alphas=scales, dot=1.0),
                    local=lambda square: (count + square, count + 1.0, 0.0))
    return replace(kernel, about=lambda center: kernel)


@KERNELS.register("energy")
def energy_kernel() -> Kernel:
    """`energy`. Only its epsilon makes it differentiable on the diagonal, so it has no `local`."""
    return Kernel(energy)


def feature_kernel(phi: Callable[[Tensor], Tensor], gamma: float) -> Kernel:
    """The kernel phi(x).phi(y) of features phi: [m, d] -> [m, s], which stands for the Gaussian
    one with this gamma, in linear time; `local` is that of the exact kernel."""
    return Kernel(lambda x, y: linear(phi(x), phi(y)),
                  lambda x, y: linear_kernel_sum(phi(x), phi(y)),
                  lambda x: row_squares(phi(x)), lambda square: (1.0, 2 * gamma, 0.0))


@KERNELS.register("rks", options=(GAMMA_OPTION, FEATURES_OPTION))
def random_kitchen_sinks_kernel(dim: int, features: int = 300, gamma: float = 1.0,
                                seed: int = 0) -> Kernel:
    """The approximate Gaussian kernel in linear time."""
    return feature_kernel(RandomKitchenSinks(dim, features, gamma, seed), gamma)
