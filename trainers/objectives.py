"""From a run's options to what its critics and generators minimise."""

from functools import partial

from config.sections import Section
from framework.registry import accepts, called_with
from losses.adversarial import LOSSES
from losses.kernels import KERNELS, Kernel, parse_scales
from penalties.gradient import GRADIENT_SCALES, PENALTIES

FEATURES = 16


def discriminator_outputs(loss: Section, nets: Section) -> int:
    """Length of what a critic returns: one score, and features for the loss mmd, as many as
    chosen, else 16 (Binkowski et al. 2018; Chen's thesis does not say)."""
    return nets.discriminator_dim or (FEATURES if loss.loss == "mmd" else 1)


def kernel_for(loss: Section, dim: int, seed: int) -> Kernel:
    """The run's kernel on features of length `dim`; random features are drawn from `seed`."""
    settings = vars(loss) | {"dim": dim, "seed": seed, "gamma": loss.kernel_gamma,
                             "bias": loss.kernel_bias, "features": loss.kernel_features}
    scales = parse_scales(loss.kernel_scales)
    return called_with(KERNELS.find(loss.kernel),
                       settings | ({"scales": scales} if scales else {}))


def objective(loss: Section, dim: int, seed: int) -> tuple:
    """(loss, penalty, scale) of a run, as `trainers.gan.AdversarialTrainer` takes them; of the
    last two either may be None. dim: length of what the critics return. seed: of a kernel's random
    features."""
    settings = vars(loss) | {"kernel": kernel_for(loss, dim, seed)}
    adversarial = called_with(LOSSES.find(loss.loss), settings)
    penalty = _with(settings, PENALTIES, loss.disc_penalty)
    return adversarial, penalty, _with(settings, GRADIENT_SCALES, loss.gradient_scale)


def _with(settings, registry, name: str):
    """The term called `name`, given the kernel and its own options; None for "none"."""
    if name == "none":
        return None
    term = registry.find(name)
    own = [option.name for option in registry.options[name]]
    given = {n: settings[n] for n in (*own, "kernel") if accepts(term, n)}
    return partial(term, **given) if given else term
