"""Nystroem features (Williams and Seeger 2001): the Gaussian kernel seen from some landmarks."""

from functools import partial

from framework.lazy import Lazy
from framework.tensors import Tensor
from losses.kernels import (
    FEATURES_OPTION,
    GAMMA_OPTION,
    KERNELS,
    Kernel,
    feature_kernel,
    gaussian,
)

ops = Lazy("keras.ops")

RIDGE, RIDGE_EACH = 1e-5, 1e-6      # on the diagonal, and for each landmark: what float32 rounds


def nystroem_features(x: Tensor, landmarks: Tensor, gamma: float = 1.0) -> Tensor:
    """phi(x) = L^-1 k(Z, x), [m, l], with L L' = k(Z, Z) plus a small diagonal, of x [m, d] and
    landmarks Z [l, d].

    phi(x).phi(y) = k(x, Z) k(Z, Z)^-1 k(Z, y) is k(x, y) where x or y is a landmark, elsewhere its
    best estimate by the landmarks. The diagonal keeps equal landmarks from dividing by 0.
    """
    own = gaussian(landmarks, landmarks, gamma)
    count = ops.shape(own)[0]
    ridge = RIDGE + RIDGE_EACH * ops.cast(count, own.dtype)
    lower = ops.cholesky(own + ridge * ops.eye(count, dtype=own.dtype))
    return ops.transpose(ops.solve_triangular(lower, gaussian(landmarks, x, gamma), lower=True))


def fit_landmarks(x: Tensor, y: Tensor, landmarks: int, gamma: float) -> Kernel:
    """The kernel of landmarks of which half are the first rows of x and half those of y, or as
    many as there are. No gradient flows through them."""
    half = (landmarks + 1) // 2
    chosen = ops.stop_gradient(ops.concatenate([x[:half], y[:half]]))
    return feature_kernel(partial(nystroem_features, landmarks=chosen, gamma=gamma), gamma)


@KERNELS.register("nystroem", options=(GAMMA_OPTION, FEATURES_OPTION))
def nystroem_kernel(features: int = 300, gamma: float = 1.0) -> Kernel:
    """The Gaussian kernel, of which an MMD takes the Nystroem features.

    The landmarks are samples of the batch, which is in random order: features that are learned
    move, and fixed landmarks would be left far from them, where the kernel is 0 and has no
    gradient. Half are real and half generated. With landmarks of one side alone the kernel would
    be exact there and lose what the other side has apart from it, so that the MMD could not see
    samples which leave the data. All three terms of an MMD see the same landmarks, which makes it
    that of one positive kernel. With as many landmarks as samples it is that of the Gaussian.

    Time (m + n) l d + l^3 for l landmarks. Where no two samples are compared, as in the witness or
    the scaled MMD, the kernel is the Gaussian itself.
    """
    return Kernel(partial(gaussian, gamma=gamma), local=lambda square: (1.0, 2 * gamma, 0.0),
                  fitted=partial(fit_landmarks, landmarks=features, gamma=gamma))
