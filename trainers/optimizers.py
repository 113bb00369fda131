"""The optimizers of a run, with the scaled losses that float16 needs."""

import keras

LOSS_SCALE = "loss_scale"       # of framework.checkpoint.ANEW

OPTIMIZERS = {
    "adam": lambda lr, config, decay: keras.optimizers.Adam(
        lr, config.beta_1, config.beta_2, weight_decay=decay,
        clipnorm=config.clip_gradient or None),
    "rmsprop": lambda lr, config, decay: keras.optimizers.RMSprop(
        lr, rho=0.99, weight_decay=decay, clipnorm=config.clip_gradient or None),
}


def optimizer(config, lr: float, decay: float | None = None) -> keras.optimizers.Optimizer:
    """The run's optimizer of float32 nets. decay: decoupled weight decay, None for none."""
    return OPTIMIZERS[config.optimizer](lr, config, decay)


def scaling_optimizer(config, lr: float, decay: float | None = None):
    """The run's optimizer of nets that compute in `config.precision`.

    What it minimises is its `scale_loss(loss)`. In float16, whose least number is 6e-8, that is
    the loss times a factor which the gradients are divided by again; the factor is halved, and
    the step left out, when one of them overflows, and doubled after 2000 steps without.
    """
    plain = optimizer(config, lr, decay)
    if config.precision != "mixed_float16":
        return plain
    return keras.optimizers.LossScaleOptimizer(plain)


def optimizer_state(name: str, optimizer) -> dict[str, list]:
    """What a checkpoint must hold of an optimizer: its variables under `name`, the same in every
    precision, and those of a loss scale, which runs of other precisions have not."""
    if not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        return {name: optimizer.variables}
    own = {id(v) for v in optimizer.inner_optimizer.variables}
    return {name: optimizer.inner_optimizer.variables,
            LOSS_SCALE: [v for v in optimizer.variables if id(v) not in own]}
