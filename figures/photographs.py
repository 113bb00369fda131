"""A photograph and a texture that scikit-image ships freely, for the figures of style."""

import numpy as np

from framework.errors import UserError
from framework.pixels import to_unit
from style.images import resize_image

CONTENT, STYLE = "coffee", "immunohistochemistry"


def photograph(name: str, side: int) -> np.ndarray:
    """The middle square of the image `name` of `skimage.data`, float32 [1, side, side, 3] in
    [-1, 1]. Raises UserError where scikit-image is not installed."""
    try:
        from skimage import data
    except ImportError:
        raise UserError("the figures of style show images of scikit-image, which is not "
                        "installed; pip install scikit-image") from None
    image = getattr(data, name)()
    cut = min(image.shape[:2])
    top, left = ((length - cut) // 2 for length in image.shape[:2])
    square = np.ascontiguousarray(image[top:top + cut, left:left + cut])
    return to_unit(resize_image(square, side))[None]
