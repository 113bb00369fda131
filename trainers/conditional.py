"""Labels for generators and critics (Mirza and Osindero 2014; Chen's thesis 3.3.4).

A code [B, classes] holds a 1 for each class or attribute that a sample has. Generators read it
behind the latent, critics as further channels of the image, constant over it (of a point:
further coordinates). So every loss, penalty and coupling sees pairs of image and label without
knowing, and what is drawn for a label is judged against images of that label.
"""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf

from config.sections import Config
from data.batches import Batches
from data.domain import Domain
from data.resident import keep_on_device
from framework.devices import only_gpu
from framework.errors import UserError
from framework.tensors import Tensor


def num_conditioning_classes(domains: Sequence[Domain]) -> int:
    """Length of the label that conditional nets get beside their input: the number of classes.

    Raises UserError for domains without labels or with different numbers of classes.
    """
    found = {d.classes for d in domains}
    if len(found) > 1 or any(d.labels is None for d in domains):
        raise UserError("conditional needs domains with the same labels; here they are of "
                        f"{', '.join(str(d.classes or 'no') for d in domains)} classes")
    return domains[0].known_classes


def conditioned_shape(image_shape: tuple[int, ...], classes: int) -> tuple[int, ...]:
    """The shape of what a critic sees of images of `image_shape`."""
    return *image_shape[:-1], image_shape[-1] + classes


def one_hot_labels(labels: Tensor, classes: int) -> Tensor:
    """Labels [...] of classes, or [..., classes] of 0 and 1 for attributes, as float32 codes."""
    several = labels.shape[-1] == classes and len(labels.shape) == 3
    return tf.cast(labels, tf.float32) if several else tf.one_hot(labels, classes)


def concat_label_channels(images: Tensor, code: Tensor | None) -> Tensor:
    """Images [B, ..., C] with their code [B, classes] behind the channels; the images alone
    where `code` is None."""
    if code is None:
        return images
    between = (1,) * (len(images.shape) - 2)
    planes = tf.reshape(code, (tf.shape(code)[0], *between, code.shape[-1]))
    return tf.concat([images, planes * tf.ones_like(images[..., :1])], -1)


def concat_label(z: Tensor, code: Tensor | None) -> Tensor:
    """What a generator reads: the latents [B, latent_dim], and their code if there is one."""
    return z if code is None else tf.concat([z, code], -1)


def every_class_in_turn(z: Tensor, classes: int) -> Tensor:
    """The latents [N, latent_dim], the i-th told class i modulo `classes`; z itself for none."""
    return concat_label(z, tf.one_hot(tf.range(len(z)) % classes, classes) if classes else None)


def one_row_per_class(z: Tensor, classes: int) -> Tensor:
    """The latents [N, latent_dim] once for each class, [classes * N, latent_dim + classes]:
    for a grid with a row per class and a latent per column. z itself for no classes."""
    if not classes:
        return z
    code = tf.repeat(tf.eye(classes), len(z), 0)
    return concat_label(tf.tile(z, (classes, 1)), code)


def batches_for(config: Config, domains: Sequence[Domain], steps: int) -> Callable[[int], Any]:
    """A function of the iteration to what the trainer takes: images, with labels if told."""
    batches = Batches(keep_on_device(domains, only_gpu()), config.training.batch_size, steps,
                      config.experiment.seed)
    return (lambda i: (batches(i), batches.labels(i))) if config.nets.conditional else batches
