"""The pool of generated images that discriminators are shown (Shrivastava et al. 2017, section
2.3; Zhu et al. 2017, section 4)."""

import keras
import tensorflow as tf

from framework.devices import gathered, replica_rows
from framework.random import Random
from framework.tensors import Tensor


class ImagePool:
    """The last images of a translator, `size` at most, from which its discriminator is shown some.

    While it fills, each image is kept and shown. Then each is shown itself with chance 1/2; else
    it takes the place of a kept one, drawn at random, and that one is shown. The images of a batch
    take their turns one after the other, so that one may be shown what another left just before.

    The kept images and their number are variables of the run's checkpoint, and the random numbers
    follow from the iteration, so that a run goes on exactly. On several devices there is one pool,
    of which each holds a copy: all take the turns of the global batch, and each shows its share.
    """

    def __init__(self, size: int, image_shape: tuple[int, ...], name: str = "pool"):
        self.size = size
        on_all = {"trainable": False, "aggregation": "only_first_replica"}
        self.images = keras.Variable(tf.zeros((size, *image_shape)), name=f"{name}_images",
                                     dtype="float32", **on_all)
        self.count = keras.Variable(tf.zeros((), tf.int32), name=f"{name}_count", dtype="int32",
                                    **on_all)

    @property
    def variables(self) -> list:
        """What a checkpoint must hold."""
        return [self.images, self.count] if self.size else []

    def __call__(self, images: Tensor, random: Random) -> Tensor:
        """What is shown for a batch [B, H, W, C], after which the pool holds some of it. Without
        a size that is the batch."""
        if not self.size:
            return images
        draws = random.uniform([tf.shape(images)[0], 2])
        images, draws = gathered(images), gathered(draws)
        kept, held = tf.convert_to_tensor(self.images), tf.convert_to_tensor(self.count)

        # Whether the i-th is kept, and where; the k-th of a pool that has k places left fills it.
        turn, places = tf.range(tf.shape(images)[0]), tf.range(self.size)
        fills = held + turn < self.size
        swaps = ~fills & (draws[:, 0] < 0.5)
        place = tf.where(fills, held + turn, tf.cast(draws[:, 1] * self.size, tf.int32))
        keeps = fills | swaps

        # What a swap shows: what the last image before it left there, else the pool's.
        earlier = (place[:, None] == place) & keeps & (turn < turn[:, None])
        left = chosen(earlier, turn, images, tf.gather(kept, place))
        shown = tf.where(swaps[:, None, None, None], left, images)

        # What stays in each place: the last that was kept there, else what it held.
        self.images.assign(chosen((place == places[:, None]) & keeps, turn, images, kept))
        self.count.assign(tf.minimum(held + tf.shape(images)[0], self.size))
        return replica_rows(shown)


def chosen(mask: Tensor, turn: Tensor, images: Tensor, otherwise: Tensor) -> Tensor:
    """[N, ...]: for each row of the mask [N, B] the last of the images [B, ...] that it has, else
    the row of `otherwise` [N, ...]. turn: 0 to B - 1."""
    last = tf.reduce_max(tf.where(mask, turn, -1), 1)
    return tf.where((last >= 0)[:, None, None, None], tf.gather(images, tf.maximum(last, 0)),
                    otherwise)
