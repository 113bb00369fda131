"""What a classifier minimises, and what it is measured by."""

from framework.lazy import Lazy
from framework.tensors import Tensor

keras = Lazy("keras")
ops = Lazy("keras.ops")


def cross_entropy(labels: Tensor, logits: Tensor) -> Tensor:
    """Mean cross entropy of logits [B, C]: softmax over classes for labels [B] (table B.1), a
    sigmoid for each attribute for labels [B, C] of 0 and 1 (table B.2)."""
    logits = ops.cast(logits, "float32")
    if len(labels.shape) == 2:
        return ops.mean(keras.losses.binary_crossentropy(
            ops.cast(labels, "float32"), logits, from_logits=True))
    return ops.mean(keras.losses.sparse_categorical_crossentropy(
        labels, logits, from_logits=True))


def correct(labels: Tensor, logits: Tensor) -> Tensor:
    """Which labels are read rightly, 0.0 or 1.0, of the shape of `labels`."""
    read_as = logits > 0 if len(labels.shape) == 2 else ops.argmax(logits, -1)
    return ops.cast(ops.cast(read_as, "int32") == ops.cast(labels, "int32"), "float32")
