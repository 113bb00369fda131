"""Tables become Keras models; nothing here knows a loss."""
