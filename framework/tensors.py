"""The name that annotations give to a tensor; its shape and range stand in the docstring."""

from typing import Any, TypeAlias

# `keras.ops` takes and returns tf.Tensor, tf.Variable, keras.KerasTensor and NumPy arrays. They
# have no base class in common, and importing TensorFlow for an annotation would take seconds.
Tensor: TypeAlias = Any
