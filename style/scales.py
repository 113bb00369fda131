"""An image at several sizes, from coarse to fine."""

from collections.abc import Callable, Sequence

import numpy as np

from style.minimise import Progress

COARSEST_SIDE = 64              # pixels of the longer side, at least


def sizes(height: int, width: int, most: int) -> list[tuple[int, int]]:
    """Heights and widths, each about half of the next, the last those of the image: `most` of
    them, or fewer where the longer side would have fewer than COARSEST_SIDE pixels."""
    found = [(height, width)]
    while len(found) < most and max(found[0]) >= 2 * COARSEST_SIDE:
        found.insert(0, (max(1, round(found[0][0] / 2)), max(1, round(found[0][1] / 2))))
    return found


def resized(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """`image` [1, H, W, C] at `size`, height and width: area mean down, cubic up. Of whole numbers,
    which name something, it takes the nearest."""
    import cv2

    height, width = size
    if image.shape[1:3] == (height, width):
        return image
    how = cv2.INTER_AREA if height * width < image.shape[1] * image.shape[2] else cv2.INTER_CUBIC
    if np.issubdtype(image.dtype, np.integer):
        how = cv2.INTER_NEAREST_EXACT
    made = cv2.resize(image[0], (width, height), interpolation=how)
    return made.reshape(1, height, width, -1)


def shrunk(image: np.ndarray, share: float) -> np.ndarray:
    """`image` [1, H, W, C] with sides that are so much of its own, at least a pixel."""
    height, width = (max(1, round(share * side)) for side in image.shape[1:3])
    return resized(image, (height, width))


def detail(image: np.ndarray, coarser: tuple[int, int]) -> np.ndarray:
    """What `image` [1, H, W, 3] loses where it is reduced to the size `coarser`: a level of its
    Laplacian pyramid (Burt and Adelson 1983)."""
    return image - resized(resized(image, coarser), image.shape[1:3])


def from_coarse_to_fine(content: np.ndarray, every: Sequence[tuple[int, int]],
                        draw: Callable[[np.ndarray, np.ndarray, int], np.ndarray]) -> np.ndarray:
    """What `draw` makes of `content` [1, H, W, 3] at the last of the sizes `every`.

    draw: (start, content, number) -> image, each [1, h, w, 3] of that size. It starts from the
    content at the coarsest size, and at each other from what it drew at the one before, enlarged,
    with the `detail` of the content that came into sight.
    """
    image = resized(content, every[0])
    for number, size in enumerate(every):
        small = resized(content, size)
        if number:
            image = resized(image, size) + detail(small, every[number - 1])
        image = draw(image, small, number)
    return image


def counted_on(progress: Progress | None, done: int, total: int) -> Progress | None:
    """`progress` of the steps of all scales, of which `done` are behind."""
    return progress and (lambda step, _, loss: progress(done + step, total, loss))
