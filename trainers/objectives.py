"""From a run's options to what its critics and generators minimise."""

from functools import partial

from framework.registry import accepts, called_with
from losses.adversarial import LOSSES
from losses.kernels import KERNELS, parse_scales
from penalties.gradient import GRADIENT_SCALES, PENALTIES

FEATURES = 16


def discriminator_outputs(config) -> int:
    """Length of what a critic returns: one score, and features for the loss mmd, as many as
    chosen, else 16 (Binkowski et al. 2018; Chen's thesis does not say)."""
    return config.discriminator_dim or (FEATURES if config.loss == "mmd" else 1)


def kernel_for(config, dim: int):
    """The run's kernel, a `losses.kernels.Kernel`, on features of length `dim`."""
    settings = config.as_dict() | {
        "dim": dim, "gamma": config.kernel_gamma, "bias": config.kernel_bias,
        "features": config.kernel_features}
    scales = parse_scales(config.kernel_scales)
    return called_with(KERNELS.find(config.kernel),
                       settings | ({"scales": scales} if scales else {}))


def objective(config, dim: int):
    """(loss, penalty, scale) of a run, as `trainers.gan.AdversarialTrainer` takes them; of the
    last two either may be None. dim: length of what the critics return."""
    kernel = kernel_for(config, dim)
    settings = config.as_dict() | {"kernel": kernel}
    loss = called_with(LOSSES.find(config.loss), settings)
    penalty = _with(settings, PENALTIES, config.disc_penalty)
    return loss, penalty, _with(settings, GRADIENT_SCALES, config.gradient_scale)


def _with(settings, registry, name: str):
    """The term called `name`, given the kernel and its own options; None for "none"."""
    if name == "none":
        return None
    term = registry.find(name)
    own = [option.name for option in registry.options[name]]
    given = {n: settings[n] for n in (*own, "kernel") if accepts(term, n)}
    return partial(term, **given) if given else term
