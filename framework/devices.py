"""How a training iteration is compiled."""

import tensorflow as tf


def compiled(function, mode: str = "graph"):
    """`function` as one graph ("graph"), one XLA program ("xla") or run op by op ("none")."""
    if mode == "none":
        return function
    return tf.function(function, jit_compile=(mode == "xla"), autograph=False)
