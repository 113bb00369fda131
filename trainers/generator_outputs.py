"""What the couplings of a generator update look at."""

from collections.abc import Callable

import tensorflow as tf

from framework.tensors import Tensor
from nets.fast import sub_batches


class GeneratorOutputs:
    """What all generators made of the same latents.

    z [B, latent_dim], followed by the code of a conditional run; images: K tensors [B, ...];
    features: per domain, one tensor per row of the generator's table; real: K tensors of real
    images, of the last critic update.
    """

    def __init__(self, z: Tensor, images: list[Tensor], features: list[list[Tensor]],
                 real: list[Tensor]):
        self.z, self.images, self.features, self.real = z, images, features, real
        self._found = {}

    def features_of(self, net: Callable) -> list:
        """What `net`, a function of images, gives for each domain's images: K results.

        It runs once on all of them, however many couplings ask.
        """
        return self._once(net, self.images)

    def real_features_of(self, net: Callable) -> list:
        """The same of the real images, as constants."""
        return tf.nest.map_structure(tf.stop_gradient, self._once(net, self.real))

    def _once(self, net, images):
        key = id(net), id(images)
        if key not in self._found:
            with sub_batches(len(images)):
                whole = net(tf.concat(images, 0))
            each = zip(*(tf.split(x, len(images)) for x in tf.nest.flatten(whole)), strict=True)
            self._found[key] = [tf.nest.pack_sequence_as(whole, one) for one in each]
        return self._found[key]
