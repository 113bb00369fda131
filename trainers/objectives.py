"""From a run's options to what its critics and generators minimise."""

from functools import partial

from framework.registry import accepts, called_with
from losses.adversarial import LOSSES
from losses.kernels import KERNELS, scales_of
from penalties.gradient import PENALTIES, SCALES

FEATURES = 16


def critic_outputs(config) -> int:
    """Length of what a critic returns: one score, and features for the loss mmd, as many as
    chosen, else 16 (Binkowski et al. 2018; Chen's thesis does not say)."""
    return config.discriminator_dim or (FEATURES if config.loss == "mmd" else 1)


def kernel_for(config, dim: int):
    """The run's kernel, a `losses.kernels.Kernel`, on features of length `dim`."""
    settings = {"dim": dim, "gamma": config.kernel_gamma, "bias": config.kernel_bias,
                "features": config.kernel_features, "seed": config.seed}
    scales = scales_of(config.kernel_scales)
    return called_with(KERNELS.find(config.kernel),
                       settings | ({"scales": scales} if scales else {}))


def objective(config, dim: int):
    """(loss, penalty, scale) of a run, as `trainers.gan.AdversarialTrainer` takes them; of the
    last two either may be None. dim: length of what the critics return."""
    kernel = kernel_for(config, dim)
    loss = called_with(LOSSES.find(config.loss), {
        "label_smoothing": config.label_smoothing, "kernel": kernel,
        "asymmetry": config.asymmetry_weight})
    penalty, scale = PENALTIES.get(config.disc_penalty), SCALES.get(config.gradient_scale)
    return loss, _with(kernel, penalty), _with(kernel, scale)


def _with(kernel, term):
    return partial(term, kernel=kernel) if term and accepts(term, "kernel") else term
