"""Random changes of images that discriminators see, real and generated alike, or of paintings.

DiffAugment (Zhao et al. 2020, arXiv 2006.10738): where both are changed in the same way and the
gradient flows through the change, a discriminator cannot learn few images by heart and the
generator does not learn to draw the change. Images are [B, H, W, C] in [-1, 1]; every image has
draws of its own.
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from framework.errors import unknown
from framework.lazy import Lazy
from framework.registry import Registry
from framework.tensors import Tensor

ops = Lazy("keras.ops")

# name -> a function of (images, draw) to images; draw(low, high) gives uniform numbers [B].
AUGMENTATIONS = Registry("augmentation")
SHIFT = 1 / 8                   # of height and width, at most
HOLE = 1 / 2                    # side of the cut-out square, of height and width
Draw = Callable[[float, float], Tensor]


def parse_augmentations(text: str) -> tuple[str, ...]:
    """The names in `text`, between commas, in the order of the registry. Raises UserError for an
    unknown one."""
    names = {name.strip() for name in text.split(",") if name.strip()}
    for name in sorted(names - set(AUGMENTATIONS)):
        raise unknown("augmentation", name, AUGMENTATIONS)
    return tuple(name for name in AUGMENTATIONS if name in names)


def augment(images: Tensor, names: Sequence[str], random: Any, probability: Tensor = 1.0,
            parts: int = 1) -> Tensor:
    """The images after the changes `names`, each of which an image gets with `probability`.

    random: a `framework.random.Random`. parts: how many batches of a step stand in `images` one
    after the other.
    """
    if not names:
        return images
    count = (ops.shape(images)[0],)
    draw = partial(random.uniform, count, parts=parts)
    for name in names:
        changed = AUGMENTATIONS[name](images, draw)
        chosen = each_image(draw(0.0, 1.0)) < probability
        images = ops.where(chosen, changed, images)
    return images


def add_noise(images: Tensor, most: float, random: Any, parts: int = 1) -> Tensor:
    """The images with normal noise, every image of its own standard deviation in [0, `most`)."""
    if not most:
        return images
    deviations = random.uniform((ops.shape(images)[0], 1, 1, 1), 0.0, most, parts)
    return images + deviations * random.normal(ops.shape(images), parts=parts)


def each_image(numbers: Tensor) -> Tensor:
    """Numbers [B] as [B, 1, 1, 1], to be used with images."""
    return ops.reshape(numbers, (-1, 1, 1, 1))


@AUGMENTATIONS.register("color")
def change_colors(images: Tensor, draw: Draw) -> Tensor:
    """Brightness by up to 0.5, then saturation times 0 to 2, then contrast times 0.5 to 1.5."""
    images += each_image(draw(-0.5, 0.5))
    grey = ops.mean(images, -1, keepdims=True)
    images = grey + (images - grey) * each_image(draw(0.0, 2.0))
    mean = ops.mean(images, (1, 2, 3), keepdims=True)
    return mean + (images - mean) * each_image(draw(0.5, 1.5))


@AUGMENTATIONS.register("hue")
def turn_hues(images: Tensor, draw: Draw) -> Tensor:
    """Colours turned about the axis of greys by any angle t: one painting in all palettes.

    Rodrigues' rotation about (1, 1, 1) / sqrt 3: of a pixel and its three channels c, it is the
    circulant with a = (1 + 2 cos t) / 3 and b, c = (1 - cos t) / 3 -+ sin(t) / sqrt 3.
    """
    angle = each_image(draw(-math.pi, math.pi))
    own = (1 + 2 * ops.cos(angle)) / 3
    before, after = ((1 - ops.cos(angle)) / 3 + sign * ops.sin(angle) / math.sqrt(3)
                     for sign in (-1, 1))
    return own * images + before * ops.roll(images, -1, -1) + after * ops.roll(images, 1, -1)


@AUGMENTATIONS.register("translation")
def translate(images: Tensor, draw: Draw) -> Tensor:
    """Whole pixels up or down and left or right, by up to SHIFT; grey (0) comes in."""
    for axis, equation in ((1, "bij,bjwc->biwc"), (2, "bij,bhjc->bhic")):
        size = images.shape[axis]
        most = int(size * SHIFT + 0.5)
        by = ops.cast(ops.floor(draw(-float(most), most + 1.0)), "int32")
        sources = ops.arange(size, dtype="int32")[None, :] + by[:, None]
        # A row of zeros where the source lies outside: one_hot leaves those out.
        images = ops.einsum(equation, ops.one_hot(sources, size, dtype=images.dtype), images)
    return images


@AUGMENTATIONS.register("cutout")
def cut_out(images: Tensor, draw: Draw) -> Tensor:
    """A square hole of HOLE of the side, grey (0), its centre anywhere in the image."""
    inside = []
    for size in images.shape[1:3]:
        centre = ops.floor(draw(0.0, float(size)))[:, None]
        distance = ops.arange(size, dtype="float32")[None, :] - centre
        half = size * HOLE / 2
        inside.append(ops.logical_and(distance >= -half, distance < half))
    hole = ops.logical_and(inside[0][:, :, None], inside[1][:, None, :])[..., None]
    return ops.where(hole, ops.zeros_like(images), images)


@AUGMENTATIONS.register("flip")
def flip(images: Tensor, draw: Draw) -> Tensor:
    """Left and right exchanged in every other image; not for digits and letters."""
    return ops.where(each_image(draw(0.0, 1.0)) < 0.5, ops.flip(images, 2), images)
