"""The optimizers of a run, with the scaled losses that float16 needs."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from config.sections import Section
from framework.devices import mean_over_replicas, replica_and_count
from framework.tensors import Tensor

LOSS_SCALE = "loss_scale"       # of framework.checkpoint.OPTIONAL_STATE


class ReplicaMeanMixin(keras.optimizers.Optimizer):
    """What a Keras optimizer lacks on R devices. It sums their gradients: here each is a mean over
    a share of the batch, so the R-th part of the sum is wanted. It bounds the norm of each
    device's gradient before that: here they are averaged first, and the bound (`clipnorm`) is
    the R-th part too."""

    def apply(self, grads: Sequence[Tensor], trainable_variables: Sequence) -> Any:
        count = replica_and_count()[1]
        if count == 1:
            return super().apply(grads, trainable_variables)
        found = [(g, v) for g, v in zip(grads, trainable_variables, strict=True) if g is not None]
        grads, variables = map(list, zip(*found, strict=True))
        grads = mean_over_replicas(grads) if self.clipnorm else grads
        return super().apply([g / count for g in grads], variables)


class Adam(ReplicaMeanMixin, keras.optimizers.Adam):
    """Keras's Adam, on any number of devices, in one pass over each variable."""

    def update_step(self, gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:
        iterations: Any = self.iterations
        index, step = self._get_variable_index(variable), tf.cast(iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle, m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle, beta1_power=self.beta_1**step,
            beta2_power=self.beta_2**step, lr=tf.cast(learning_rate, tf.float32),
            beta1=self.beta_1, beta2=self.beta_2, epsilon=self.epsilon, grad=gradient)


class RMSprop(ReplicaMeanMixin, keras.optimizers.RMSprop):
    """RMSProp on any number of devices: v = rho v + (1 - rho) g^2, w -= lr g / (sqrt(v) + epsilon).

    Keras 3 has sqrt(v + epsilon), whose floor of 3e-4 the gradients of a clipped critic do not
    reach: it would take 1.3 % of the step at gradients of 1e-5. PyTorch and the Keras of the
    thesis's time add epsilon to the root, as here. No momentum, not centred.
    """

    def update_step(self, gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:
        velocity = self._velocities[self._get_variable_index(variable)]
        rate, gradient = tf.cast(learning_rate, tf.float32), tf.cast(gradient, tf.float32)
        velocity.assign(self.rho * velocity + (1 - self.rho) * gradient**2)
        variable.assign_sub(rate * gradient / (tf.sqrt(velocity) + self.epsilon))


def clipnorm(training: Section) -> float | None:
    """The bound of a gradient's norm as an optimizer `ReplicaMeanMixin` takes it; None for none."""
    return training.clip_gradient / tf.distribute.get_strategy().num_replicas_in_sync or None


OPTIMIZERS = {
    "adam": lambda lr, training, decay: Adam(
        lr, training.beta_1, training.beta_2, weight_decay=decay, clipnorm=clipnorm(training)),
    "rmsprop": lambda lr, training, decay: RMSprop(
        lr, rho=training.beta_2, weight_decay=decay, clipnorm=clipnorm(training)),
}


def falling(value: float, share: float, schedule: int, steps: int = 1) -> Any:
    """`value` falling along half a cosine to `share` of it over `schedule` iterations of `steps`
    steps each, as a function of the number of steps; `value` itself where `schedule` is 0."""
    if not schedule:
        return value
    return keras.optimizers.schedules.CosineDecay(value, schedule * steps, alpha=share)


class Delayed(keras.optimizers.schedules.LearningRateSchedule):
    """`falls`, a function of the number of steps, after `delay` steps as at its first."""

    def __init__(self, falls: Callable, delay: int):
        self.falls, self.delay = falls, delay

    def __call__(self, step: Any) -> Tensor:
        return self.falls(keras.ops.maximum(step - self.delay, 0))

    def get_config(self) -> dict[str, Any]:
        return {"falls": self.falls, "delay": self.delay}


def scheduled(value: float, share: float, training: Section, steps: int = 1) -> Any:
    """`value` as the run's schedule has it, as a function of the number of steps, of which an
    iteration takes `steps`: constant over `schedule_after` iterations, then falling to `share` of
    it over `schedule`. `value` itself where `schedule` is 0."""
    if training.schedule_shape == "line" and training.schedule:
        falls = keras.optimizers.schedules.PolynomialDecay(
            value, training.schedule * steps, share * value)
    else:
        falls = falling(value, share, training.schedule, steps)
    after = training.schedule_after * steps
    return Delayed(falls, after) if after and training.schedule else falls


def optimizer(training: Section, lr: float, decay: float | None = None,
              steps: int = 1) -> keras.optimizers.Optimizer:
    """The run's optimizer of float32 nets. decay: decoupled weight decay, None for none. steps:
    how many it takes in an iteration."""
    falls = scheduled(lr, training.lr_end, training, steps)
    return OPTIMIZERS[training.optimizer](falls, training, decay)


def scaling_optimizer(training: Section, lr: float, precision: str,
                      decay: float | None = None) -> keras.optimizers.Optimizer:
    """The run's optimizer of nets that compute in `config.device.precision`.

    What it minimises is its `scale_loss(loss)`. In float16, whose least number is 6e-8, that is
    the loss times a factor which the gradients are divided by again; the factor is halved, and
    the step left out, when one of them overflows, and doubled after 2000 steps without.
    """
    plain = optimizer(training, lr, decay)
    if precision != "mixed_float16":
        return plain
    return keras.optimizers.LossScaleOptimizer(plain)


def optimizer_state(name: str, optimizer: keras.optimizers.Optimizer) -> dict[str, list]:
    """What a checkpoint must hold of an optimizer: its variables under `name`, the same in every
    precision, and those of a loss scale, which runs of other precisions have not."""
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return {name: optimizer.variables}
    own = {id(v) for v in optimizer.inner_optimizer.variables}
    return {name: optimizer.inner_optimizer.variables,
            LOSS_SCALE: [v for v in optimizer.variables if id(v) not in own]}
