"""DiracGAN in closed form (Mescheder et al. 2018; slides of Arbel et al. 2018).

The data are one point at 0, the generator draws one point at theta, and the critic is
phi(x) = psi x under the kernel exp(-(a - b)^2 / 2). Throughout a = psi^2 theta^2. Arguments
broadcast.
"""

from collections.abc import Callable

import numpy as np

QUADRATURE_NODES, QUADRATURE_WEIGHTS = np.polynomial.legendre.leggauss(100)
QUADRATURE_NODES, QUADRATURE_WEIGHTS = 0.5 * (QUADRATURE_NODES + 1), 0.5 * QUADRATURE_WEIGHTS
NEWTON_STEPS = 60

Values = float | np.ndarray
Rates = tuple[Values, Values]               # the derivatives of theta and of psi by time
Field = Callable[[Values, Values], Rates]   # of theta and psi


def dirac_mmd2(psi: Values, theta: Values) -> np.ndarray:
    """MMD^2 = 2 (1 - exp(-a / 2))."""
    return -2 * np.expm1(-0.5 * np.square(psi) * np.square(theta))


def largest_mmd(theta: Values) -> np.ndarray:
    """D_MMD, the supremum of the MMD over psi: sqrt 2, but 0 at theta = 0."""
    return np.where(np.equal(theta, 0), 0.0, np.sqrt(2))


def largest_scaled_mmd(theta: Values, regularization: float = 1.0) -> np.ndarray:
    """D_SMMD(theta) = |theta| / sqrt w, where w > 1 is the root of w - log w = 1 + (lambda + 1)
    theta^2 / 2. It is continuous, with slope 1 at 0 and the limit sqrt(2 / (lambda + 1))."""
    excess = 0.5 * (regularization + 1) * np.square(np.asarray(theta, float))
    w = 1 + excess + np.sqrt(2 * excess)
    for _ in range(NEWTON_STEPS):
        w = w - (w - np.log(w) - 1 - excess) / np.maximum(1 - 1 / w, 1e-12)
    return np.abs(theta) / np.sqrt(w)


def slopes(psi: Values, theta: Values) -> tuple[np.ndarray, np.ndarray]:
    """Returns |f'| of the witness at the points u theta between data and generator, and its
    derivative by psi, each [..., u] at the nodes of the quadrature."""
    psi, theta = (np.asarray(x, float)[..., None] for x in (psi, theta))
    a, u, v = np.square(psi * theta), QUADRATURE_NODES, 1 - QUADRATURE_NODES
    near, far = u * np.exp(-0.5 * a * u**2), v * np.exp(-0.5 * a * v**2)
    slope = psi**2 * np.abs(theta) * (near + far)
    bend = 2 * psi * np.abs(theta) * (near + far)
    return slope, bend - psi**3 * np.abs(theta) ** 3 * (near * u**2 + far * v**2)


def witness_penalty(psi: Values, theta: Values) -> np.ndarray:
    """The mean of (|f'(u theta)| - 1)^2 over u in [0, 1], by quadrature."""
    return np.sum(QUADRATURE_WEIGHTS * (slopes(psi, theta)[0] - 1) ** 2, -1)


def penalised_objective(psi: Values, theta: Values,
                        weight: float = 1.0) -> np.ndarray:
    """The objective that the critic of MMD-GAN with the witness penalty maximises."""
    return dirac_mmd2(psi, theta) - weight * witness_penalty(psi, theta)


def best_penalised_psi(theta: Values, weight: float = 1.0) -> np.ndarray:
    """Finds the psi > 0 that maximises `penalised_objective`, by nested grids.

    theta: [N], none of them 0. Returns [N].
    """
    column = np.asarray(theta, float)[:, None]
    middle, reach = np.log(1 / np.sqrt(np.abs(column))), 3.0
    for _ in range(12):
        grid = middle + reach * np.linspace(-1, 1, 41)
        best = np.argmax(penalised_objective(np.exp(grid), column, weight), -1)
        middle, reach = np.take_along_axis(grid, best[:, None], -1), reach / 8
    return np.exp(middle[:, 0])


def _sigmoid(t):
    return 1 / (1 + np.exp(-t))


def gan(theta: Values, psi: Values) -> Rates:
    return psi * _sigmoid(psi * theta), -theta * _sigmoid(psi * theta)


def nonsaturating(theta: Values, psi: Values) -> Rates:
    return psi * _sigmoid(-psi * theta), -theta * _sigmoid(psi * theta)


def wgan(theta: Values, psi: Values) -> Rates:
    return psi, -theta


def clipped_wgan(theta: Values, psi: Values) -> Rates:
    """The WGAN with |psi| <= 1: at the bound psi stops, unless it is driven back."""
    out = np.where(np.abs(psi) >= 1, np.sign(psi) * -theta > 0, False)
    return psi, np.where(out, 0.0, -theta)


def wgan_gp(theta: Values, psi: Values, weight: float = 1.0) -> Rates:
    return psi, -theta - 2 * weight * (np.abs(psi) - 1) * np.sign(psi)


def mmd_gan(theta: Values, psi: Values) -> Rates:
    fall = np.exp(-0.5 * psi**2 * theta**2)
    return -2 * psi**2 * theta * fall, 2 * psi * theta**2 * fall


def mmd_gan_gp(theta: Values, psi: Values, weight: float = 1.0) -> Rates:
    slope, bend = slopes(psi, theta)
    down, up = mmd_gan(theta, psi)
    return down, up - weight * np.sum(QUADRATURE_WEIGHTS * 2 * (slope - 1) * bend, -1)


def scaled_mmd_gan(theta: Values, psi: Values,
                   regularization: float = 1.0) -> Rates:
    q = regularization + 1 + psi**2
    down, up = mmd_gan(theta, psi)
    return down / q, up / q - 2 * psi * dirac_mmd2(psi, theta) / q**2


# Functions of (theta, psi) to (theta', psi'): the generator descends and the critic ascends.
FIELDS: dict[str, Field] = {
    "GAN": gan, "GAN, non-saturating": nonsaturating, "WGAN": wgan, "WGAN, clipped": clipped_wgan,
    "WGAN-GP": wgan_gp, "MMD": mmd_gan, "MMD-GP": mmd_gan_gp, "SMMD": scaled_mmd_gan,
}


def trajectory(field: Field, theta: float, psi: float, time: float,
               steps: int = 1000) -> np.ndarray:
    """Follows the flow from (theta, psi) by Runge-Kutta steps. Returns [steps + 1, 2]."""
    step, path = time / steps, [np.array([theta, psi], float)]
    for _ in range(steps):
        at = path[-1]
        k1 = np.array(field(*at))
        k2 = np.array(field(*(at + 0.5 * step * k1)))
        k3 = np.array(field(*(at + 0.5 * step * k2)))
        k4 = np.array(field(*(at + step * k3)))
        path.append(at + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4))
    return np.array(path)
