"""From a run's options to what its critics and generators minimise."""

from functools import partial

from config.sections import Section
from framework.registry import accepts, called_with
from losses.adversarial import LIPSCHITZ, LOSSES
from losses.kernels import KERNELS, Kernel, parse_scales
from nets.architectures import SPECTRAL
from penalties.gradient import GRADIENT_SCALES, PENALTIES

FEATURES = 16
WGAN_CLIP = 0.01                # Arjovsky et al. 2017, section 2.4.2 of the SCoGAN thesis


def discriminator_outputs(loss: Section, nets: Section) -> int:
    """Length of what a critic returns: one score, and features for the loss mmd, as many as
    chosen, else 16 (Binkowski et al. 2018; Chen's thesis does not say)."""
    return nets.discriminator_dim or (FEATURES if loss.loss == "mmd" else 1)


def clip_bound(clip: float, loss: Section, nets: Section) -> float:
    """The bound c of the critics' weights in [-c, c], 0 for none. clip: as chosen; below 0 that of
    the published WGAN, where neither penalty, scale nor spectral norm bounds the critic."""
    if clip >= 0:
        return clip
    bounded = {loss.disc_penalty, loss.gradient_scale} != {"none"} or (
        nets.discriminator_norm in SPECTRAL)
    return WGAN_CLIP if loss.loss in LIPSCHITZ and not bounded else 0.0


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
