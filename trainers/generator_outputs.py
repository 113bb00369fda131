"""What the couplings of a generator update look at."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from data.augment import add_noise, augment
from framework.random import Random
from framework.tensors import Tensor
from nets.fast import sub_batches


class GeneratorOutputs:
    """What all generators made of the same latents.

    z [B, latent_dim], followed by the code of a conditional run; images: K tensors [B, ...];
    features: per domain, one tensor per row of the generator's table; real: K tensors of real
    images, of the last critic update; random: the iteration's random numbers,
    which couplings that look through changed views need.
    """

    def __init__(self, z: Tensor, images: list[Tensor], features: list[list[Tensor]],
                 real: list[Tensor], random: Random | None = None):
        self.z, self.images, self.features, self.real = z, images, features, real
        self.random = random
        self._found = {}
        self._free, self._leader = None, 0          # of led outputs: those with all gradients

    def led_by(self, number: int) -> "GeneratorOutputs":
        """The same, with the images and features of domain `number`, from 1 on, as constants: what
        is compared pulls the other domains towards that one. 0: as they are."""
        if not number:
            return self
        led = GeneratorOutputs(self.z, held(self.images, number), held(self.features, number),
                               self.real, self.random)
        led._free, led._leader = self, number
        return led

    def features_of(self, net: Callable, views: Sequence[str] = (), noise: float = 0.0,
                    frozen: bool = True) -> list:
        """What `net`, a function of images, gives for each domain's images: K results.

        views, noise: names of random changes, and the most of the noise (`data.augment`), through
        which it sees every image.
        It runs once on all of them, however many couplings ask for the same views. frozen: whether
        `net` learns nothing, so that what it gives for a leader may be held in place of its images.
        """
        if self._free and frozen:
            return held(self._free.features_of(net, views, noise), self._leader)
        return self._once(net, self.images, tuple(views), noise)

    def real_features_of(self, net: Callable) -> list:
        """The same of the real images, as constants."""
        return tf.nest.map_structure(tf.stop_gradient, self._once(net, self.real))

    def _once(self, net, images, views=(), noise=0.0):
        key = id(net), id(images), views, noise
        if key not in self._found:
            count, whole = len(images), tf.concat(images, 0)
            whole = augment(whole, views, self.random, parts=count)
            whole = add_noise(whole, noise, self.random, parts=count)
            with sub_batches(count):
                self._found[key] = split_domains(net(whole), count)
        return self._found[key]


def held(of_domains: Sequence, number: int) -> list:
    """Structures of tensors, one for each domain, with that of domain `number` as constants."""
    return [tf.nest.map_structure(tf.stop_gradient, each) if k == number else each
            for k, each in enumerate(of_domains, 1)]


def split_domains(whole: Any, domains: int) -> list:
    """A structure of tensors [domains * B, ...] as one for each domain."""
    each = zip(*(tf.split(x, domains) for x in tf.nest.flatten(whole)), strict=True)
    return [tf.nest.pack_sequence_as(whole, one) for one in each]
