"""A net that stands, in another dtype policy."""

import keras


def in_precision(model: keras.Model, precision: str) -> keras.Model:
    """A copy of `model` that computes in the Keras dtype policy `precision`, with the same float32
    weights. Its last layer stays float32, as in the nets of `nets.build`.
    """
    last = model.layers[-1]

    def copied(layer):
        if isinstance(layer, keras.Model):
            return in_precision(layer, precision)
        config = layer.get_config()
        if not isinstance(layer, keras.layers.InputLayer):
            config["dtype"] = "float32" if layer is last else precision
        return type(layer).from_config(config)

    made = keras.models.clone_model(model, clone_function=copied)
    made.set_weights(model.get_weights())
    return made
