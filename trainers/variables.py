"""The variables of several nets that may share some, and what is asked of them."""

from collections.abc import Iterable, Sequence

import keras
from keras import ops

from framework.tensors import Tensor


def trained_variables(nets: Iterable[keras.Model]) -> list:
    """The trainable variables of several nets; one that they share stands in the list once."""
    return list({id(v): v for net in nets for v in net.trainable_variables}.values())


def all_variables(nets: Iterable[keras.Model]) -> list:
    """Every variable of several nets (weights, statistics, dropout's seeds), each once."""
    return list({id(v): v for net in nets for v in net.variables}.values())


def normalises_batches(nets: Iterable[keras.Model]) -> bool:
    """Whether any of the nets has a batch norm, which lets a batch's images see each other."""
    return any(isinstance(layer, keras.layers.BatchNormalization)
               for net in nets for layer in net.layers)


def l2(variables: Sequence) -> Tensor:
    """Sum of the squared kernels (thesis 3.3: c times the sum of squared weights)."""
    kernels = [v for v in variables if len(v.shape) > 1]
    squares: list[Tensor] = [ops.sum(ops.square(ops.cast(v, "float32"))) for v in kernels]
    return sum(squares)
