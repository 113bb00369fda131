"""Penalties on the critic's gradient with respect to its input."""

from framework.autodiff import input_gradient
from framework.lazy import Lazy
from framework.registry import Registry

ops = Lazy("keras.ops")

PENALTIES = Registry("discriminator penalty")


def interpolate(real, fake, alpha):
    """alpha real + (1 - alpha) fake, one alpha per sample, as float32 (section 2.5).

    real, fake: [B, ...]; alpha: B numbers in any shape, such as [B] or [B, 1, 1, 1].
    """
    real, fake = ops.cast(real, "float32"), ops.cast(fake, "float32")
    per_sample = (-1,) + (1,) * (len(real.shape) - 1)
    alpha = ops.reshape(ops.cast(alpha, "float32"), per_sample)
    return alpha * real + (1 - alpha) * fake


@PENALTIES.register("wgan-gp")
def gradient_penalty(critic, real, fake, alpha):
    """mean_b (||grad D(x_b)||_2 - 1)^2 at points between real and fake, a scalar (eq. 2.1).

    critic: callable x -> raw scores [B, 1] without batch statistics. real, fake: [B, ...]; no
    gradient flows into either. alpha: B numbers uniform in [0, 1], one per sample, drawn by
    the caller. The norm is per sample, over all other axes; 1e-12 under the root keeps
    value and gradient finite where the critic is flat (the thesis's code adds 1e-8 to the
    gradient instead). Float32 inside.
    """
    between = ops.stop_gradient(interpolate(real, fake, alpha))
    gradient = ops.cast(input_gradient(critic, between), "float32")
    axes = tuple(range(1, len(gradient.shape)))
    norm = ops.sqrt(ops.sum(ops.square(gradient), axis=axes) + 1e-12)
    return ops.mean(ops.square(norm - 1))
