"""Texture synthesis with any kernel on any net's features (section 2.4.1)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from framework.errors import UserError
from framework.lazy import Lazy
from losses.perceptual import total_variation
from style.embeddings import STOCHASTIC_KERNELS, TEXTURE_KERNELS
from style.minimise import Progress, minimise
from style.nets import features_of
from style.optimise import TV_SCALE

tf = Lazy("tensorflow")


def synthesise(style: np.ndarray, *, kernel: str = "poly2", net: str = "vgg19",
               layers: Sequence[str] = (), weights: str | Path = "imagenet",
               size: tuple[int, int] = (256, 256), pooling: str = "max", optimizer: str = "",
               iterations: int = 200, tv_weight: float = 0.0, seed: int = 0, bias: float = 0.0,
               progress: Progress | None = None) -> np.ndarray:
    """Draws a new image [1, height, width, 3] whose features are distributed like those of `style`
    [1, h, w, 3], both in [-1, 1]. It minimises the sum over layers of the biased MMD^2 from noise.

    kernel: of `style.embeddings`. net, layers, weights: see `style.nets.features_of`. size:
    height and width. optimizer: "lbfgs" or "adam"; "": "adam" for kernels that draw a new sample
    at each step, else "lbfgs". Raises UserError for "lbfgs" with such a kernel, for a style that
    is too small, and as `features_of` does.
    """
    make = TEXTURE_KERNELS.find(kernel)
    if optimizer == "lbfgs" and kernel in STOCHASTIC_KERNELS:
        raise UserError(f"the kernel {kernel} draws a sample at each step, and lbfgs needs the "
                        "same loss throughout; use --optimizer adam")
    extract, names = features_of(net, layers, weights, pooling)
    settings = {"bias": bias} if kernel == "poly2" else {}
    losses = [make(features, seed, **settings)
              for features in _extract_style(extract, style, names)]
    start = np.random.default_rng(seed).uniform(-1, 1, (1, *size, 3)).astype(np.float32)

    @tf.function(autograph=False)
    def both(image, step):
        with tf.GradientTape() as tape:
            tape.watch(image)
            pairs = zip(losses, extract(image), strict=True)
            value = sum(loss(features, step) for loss, features in pairs)
            value += tv_weight * TV_SCALE * total_variation(image)
        return value, tape.gradient(value, image)

    evaluations = 0

    def evaluate(image):
        nonlocal evaluations
        evaluations += 1
        value, gradient = both(tf.constant(image), tf.constant(evaluations))
        return float(value), gradient.numpy()

    chosen = optimizer or ("adam" if kernel in STOCHASTIC_KERNELS else "lbfgs")
    return minimise(evaluate, start, chosen, iterations, progress)


def _extract_style(extract, style, names):
    found = extract(style)
    for name, features in zip(names, found, strict=True):
        if 0 in features.shape:
            raise UserError(f"the style of {style.shape[2]}x{style.shape[1]} is too small for the "
                            f"layer {name}; choose a larger --style_size or other layers")
    return found
