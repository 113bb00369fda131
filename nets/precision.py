"""Copies of nets in another dtype policy."""

import keras


def copy_in_precision(model: keras.Model, precision: str) -> keras.Model:
    """Returns a copy of `model` that computes in the Keras dtype policy `precision`.

    The copy has the same float32 weights. Its last layer stays float32, as in `nets.build`.
    """
    last = model.layers[-1]

    def copy_layer(layer: keras.layers.Layer) -> keras.layers.Layer:
        if isinstance(layer, keras.Model):
            return copy_in_precision(layer, precision)
        config = layer.get_config()
        if not isinstance(layer, keras.layers.InputLayer):
            config["dtype"] = "float32" if layer is last else precision
        return type(layer).from_config(config)

    copy = keras.models.clone_model(model, clone_function=copy_layer)
    copy.set_weights(model.get_weights())
    return copy
