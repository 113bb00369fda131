"""`stylize --method wct`: whitened and coloured activations, and an image that has them."""

import numpy as np

from nets.whitening import whiten_and_colour
from style.images import pad_to_multiple
from style.methods import METHODS
from style.minimise import Before, Progress, initial_image, minimise
from style.optimise import OPTIMIZER_IMAGE_COPIES, extractor, reconstruction


@METHODS.register("wct")
def wct(content: np.ndarray, styles: list[np.ndarray], *, layer: str = "block3_conv1",
        content_share: float = 0.4, memory_limit: int | None = None,
        vgg_weights: str = "imagenet", pooling: str = "max", optimizer: str = "adam",
        iterations: int = 100, init: str = "content", tv_weight: float | None = None,
        seed: int = 0, progress: Progress | None = None,
        before: Before | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles`: optimises an image until its
    activations are nearest to the content's, whitened and coloured by the style's.

    content_share: how much of the content's own activations is mixed in; 0.4 is Li et al.'s alpha
    of 0.6. One layer stands for their five, and steps on pixels for their decoders. memory_limit,
    tv_weight: as in `style.optimise.swap`.
    """
    held = OPTIMIZER_IMAGE_COPIES.get(optimizer, 0) * content.nbytes
    phi = extractor(layer, vgg_weights, pooling, memory_limit)
    padded = pad_to_multiple(content, phi.scale)
    features = np.asarray(phi.compute(padded))
    mapped = whiten_and_colour(features, np.asarray(phi(styles[0])))
    target = content_share * features + (1 - content_share) * mapped
    loss = reconstruction(phi, target, tv_weight, held)
    image = minimise(loss, initial_image(init, padded, seed), optimizer, iterations, progress,
                     before=before)
    return image[:, :content.shape[1], :content.shape[2]]
