"""What an image's hypercolumns are to be, and how far they are from it, for `style.nnst`."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from framework.lazy import Lazy
from framework.tensors import Tensor
from nets.neighbours import nearest, nearly_nearest
from style.areas import known
from style.features import any_image_spec
from style.hypercolumns import Hypercolumns

tf = Lazy("tensorflow")

EVENNESS = 0.5                  # with which layers count: 0 by their deviation, 1 all the same
LEAST_DEVIATION = 1e-8
BLOCK = 4096                    # columns that are gathered at a time, for the memory's sake

Parts = tuple[tuple[int, int], ...]     # of the channels: the first, and the one behind the last


class Style(NamedTuple):
    """Hypercolumns [M, C] of a style, with its share in a mixture and the number of each one's
    area, int32 [M]; None: all of them are one area."""

    columns: Tensor
    share: float = 1.0
    areas: np.ndarray | None = None


class Scene(NamedTuple):
    """Styles whose `columns` are multiplied by `weight` [C], and the mean `centre` [C] of them."""

    styles: list[Style]
    weight: Tensor
    centre: Tensor


def scene_of(styles: Sequence[Style], slices: Sequence[tuple[int, int]]) -> Scene:
    """Weighs the layers, whose channels are `slices`, by their deviation in the styles to the power
    -EVENNESS: deep layers of VGG have large numbers, shallow ones small."""
    centres, weights = [], []
    for first, end in slices:
        layer = tf.concat([style.columns[:, first:end] for style in styles], 0)
        centres.append(tf.reduce_mean(layer, 0))
        variance = tf.reduce_sum(tf.reduce_mean(tf.square(layer - centres[-1]), 0))
        evened = tf.maximum(tf.sqrt(variance), LEAST_DEVIATION) ** -EVENNESS
        weights.append(tf.fill([end - first], evened))
    centre, weight = tf.concat(centres, 0), tf.concat(weights, 0)
    weighed = [style._replace(columns=style.columns * weight) for style in styles]
    return Scene(weighed, weight, centre * weight)


def targets(found: Tensor, scene: Scene, parts: Parts, memory_limit: int | None = None,
            areas: np.ndarray | None = None) -> Tensor:
    """The directions [1, h, w, C] that hypercolumns `found` [1, h, w, C], not yet weighed, are to
    take.

    For each of the `parts` of the channels by itself: from the scene's centre to the style's
    column that is nearest to each, of length 1; a mean over the styles by their shares.
    memory_limit: see `nets.neighbours.nearest`. areas: the number of each place's area, int32
    [h, w]; columns of the same area alone are looked at, see `style.areas.known`.
    """
    rows, made = tf.reshape(found, (-1, found.shape[-1])), []
    for style in scene.styles:
        chosen = [_nearest_within(rows[:, first:end] * scene.weight[first:end],
                                  style.columns[:, first:end], memory_limit, areas, style.areas)
                  for first, end in parts]
        blocks = [_directions_of(style.columns, [index[at:at + BLOCK] for index in chosen],
                                 scene.centre, parts) for at in range(0, len(rows), BLOCK)]
        made.append(style.share * tf.concat(blocks, 0) if style.share != 1
                    else tf.concat(blocks, 0))
    return tf.reshape(tf.add_n(made), found.shape)


def _directions_of(columns, chosen, centre, parts):
    """`directions` of the columns whose numbers are `chosen`, for each part by itself."""
    own = [tf.gather(columns, index)[:, first:end]
           for index, (first, end) in zip(chosen, parts, strict=True)]
    return directions(tf.concat(own, 1), centre, parts)


def _nearest_within(rows, own, memory_limit, areas, own_areas):
    """`nets.neighbours.nearest` in each area by itself; nearly the nearest of one area without a
    memory limit."""
    if areas is None:
        return nearest(rows, own, memory_limit) if memory_limit else nearly_nearest(rows, own)
    areas = known(areas.ravel(), own_areas)
    index = np.zeros(len(areas), np.int32)
    for area in np.unique(areas):
        here = np.flatnonzero(areas == area)
        there = np.flatnonzero((own_areas == area) | (area < 0)).astype(np.int32)
        index[here] = there[nearest(tf.gather(rows, here), tf.gather(own, there), memory_limit)]
    return index


def directions(columns: Tensor, centre: Tensor, parts: Parts) -> Tensor:
    """From `centre` [C] to weighed columns [..., C], of length 1 in each of the `parts`, which are
    all channels in their order."""
    each = tf.split(columns - centre, [end - first for first, end in parts], -1)
    return tf.concat([tf.math.l2_normalize(part, -1) for part in each], -1)


class Misfit:
    """The mean over places and `parts` of 1 - cos(found, target), and its gradient by the image.

    found: the hypercolumns of the image, weighed, from the scene's centre. target: [1, h, w, C], of
    length 1 in each part. It processes the strips of `phi` one by one; the target and `held`
    further bytes count against its memory limit.
    """

    def __init__(self, phi: Hypercolumns, target: Tensor, scene: Scene, parts: Parts,
                 held: int = 0):
        self.phi, self.target, self.scene, self.parts = phi, target, scene, parts
        self.count = target.shape[1] * target.shape[2] * len(parts)
        self.held = held + bytes_of(target)

    def __call__(self, image: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = 1.0, np.zeros_like(image)
        height, width = image.shape[1:3]
        for rows, pixels, dropped in self.phi.strips(height, width, self.held):
            likeness, slope = _likeness(self.phi, self.parts)(
                image[:, pixels], self.target[:, rows], self.scene.weight, self.scene.centre,
                dropped)
            value -= float(likeness) / self.count
            gradient[:, pixels] -= slope.numpy() / self.count
        return value, gradient


@lru_cache(maxsize=8)
def _likeness(phi: Hypercolumns, parts: Parts):
    """Compiles, once for all sizes, a function of pixels, target, weight, centre and the number of
    rows to drop; it returns the sum of the cosines and its gradient by the pixels."""
    def both(pixels, target, weight, centre, dropped):
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            found = phi.strip(pixels)[:, dropped:dropped + tf.shape(target)[1],
                                      :tf.shape(target)[2]]
            likeness = tf.reduce_sum(directions(found * weight, centre, parts) * target)
        return likeness, tape.gradient(likeness, pixels)
    columns, each = tf.TensorSpec([1, None, None, None], tf.float32), tf.TensorSpec([None])
    return tf.function(both, autograph=False, input_signature=[
        any_image_spec(), columns, each, each, tf.TensorSpec([], tf.int32)])


def bytes_of(*tensors: Tensor) -> int:
    """What float32 tensors take."""
    return sum(4 * int(np.prod(tensor.shape)) for tensor in tensors)
