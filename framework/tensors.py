"""Types of arrays for signatures. Importing them imports neither TensorFlow nor Keras."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import numpy as np
    import tensorflow as tf

    Tensor = tf.Tensor
    Array = tf.Tensor | np.ndarray
    Model = keras.Model
else:
    Tensor = Array = Model = Any
