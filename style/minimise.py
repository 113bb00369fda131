"""Gradient descent on the pixels of an image.

A loss is a function from an image [1, H, W, 3] float32 to its value, a float, and its gradient,
an array. Pixels stay in [-1, 1] at every step; Gatys et al. clip only the final image, which
changes colours that were balanced outside that range.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from framework.errors import unknown
from style.pyramid import Moments, pyramid_directions

PIXEL_OPTIMIZERS = ("lbfgs", "adam", "pyramid")
LEARNING_RATE = 0.1                 # of Adam; style swap's code: 0.05 for pixels in [0, 1]
LBFGS_CORRECTIONS = 10
WINDOW = 10                         # steps over which a loss must fall
UNLIKE = 0.1                        # of pixels in [-1, 1]; see `Before`

ImageLoss = Callable[[np.ndarray], tuple[float, np.ndarray]]      # image -> value and gradient
Progress = Callable[[int, int, float], None]                     # steps done, total steps, loss
Watch = Callable[[int, np.ndarray], None]                        # steps done, the image by then


class Before(NamedTuple):
    """The result of a film's frame before, moved as the picture moved (Ruder et al. 2016).

    image: float32 [1, H, W, 3]. seen: float32 [1, H, W, 1], from 0 to 1, where it counts. weight:
    a result that is unlike it by UNLIKE costs so many times the loss of the image at the start.
    """

    image: np.ndarray
    seen: np.ndarray
    weight: float


def minimise(loss: ImageLoss, start: np.ndarray, optimizer: str = "lbfgs", iterations: int = 100,
             progress: Progress | None = None, watch: Watch | None = None,
             before: Before | None = None, tolerance: float = 0.0,
             rate: float = LEARNING_RATE) -> np.ndarray:
    """Takes `iterations` steps from `start`, float32 [1, H, W, 3], and returns the image.

    optimizer: "pyramid" is Adam, see `style.pyramid`. progress, watch: called after each step.
    before: where it counts, the steps start from it, and the result is to be like it. tolerance:
    see `settled`; 0: never. rate: of Adam. "lbfgs" may stop earlier, if no step along its
    direction lowers the loss. Raises UserError for an optimizer that is not in PIXEL_OPTIMIZERS.
    """
    if optimizer not in PIXEL_OPTIMIZERS:
        raise unknown("optimizer", optimizer, PIXEL_OPTIMIZERS)

    if before is not None:
        before = _fitted(before, start)
        start = start + before.seen * (before.image - start)
        loss = _near(loss, before, before.weight * loss(start)[0])

    losses = []

    def report(done, value, image):
        losses.append(value)
        if progress is not None:
            progress(done, iterations, value)
        if watch is not None:
            watch(done, image)
        return settled(losses, tolerance)
    if optimizer == "lbfgs":
        return _lbfgs(loss, start, iterations, report)
    if optimizer == "adam":
        return _descend(loss, start, iterations, report, Moments().direction, rate)
    return _descend(_inward(loss), start, iterations, report,
                    pyramid_directions(*start.shape[1:3]), rate)


def settled(losses: Sequence[float], tolerance: float) -> bool:
    """Whether the last step and the WINDOW before it have losses that differ by less than the
    share `tolerance` of the greatest."""
    last = losses[-WINDOW - 1:]
    return len(last) > WINDOW and max(last) - min(last) < tolerance * max(last)


def _inward(loss: ImageLoss) -> ImageLoss:
    """The loss, without the part of its gradient that leads out of [-1, 1]: of a pyramid's coarse
    levels it would move other pixels too."""
    def both(image):
        value, gradient = loss(image)
        return value, np.where((np.abs(image) >= 1) & (image * gradient < 0), 0, gradient)
    return both


def _near(loss: ImageLoss, before: Before, weight: float) -> ImageLoss:
    """The loss plus `weight` times the mean, over the pixels that count, of the squared distance
    from the image before over UNLIKE^2."""
    scale = weight / (UNLIKE**2 * max(float(before.seen.sum()) * before.image.shape[-1], 1.0))

    def both(image):
        value, gradient = loss(image)
        apart = before.seen * (image - before.image)
        return (value + scale * float(np.sum(apart * (image - before.image), dtype=np.float64)),
                gradient + np.float32(2 * scale) * apart)
    return both


def _fitted(before: Before, start: np.ndarray) -> Before:
    """`before` at the size of `start`, whose last rows and columns may be added or cut off."""
    height, width = start.shape[1:3]
    more = [(0, 0), *((0, max(0, to - size)) for to, size in zip(
        (height, width), before.image.shape[1:3], strict=True)), (0, 0)]
    image, seen = (np.pad(each, more, "edge")[:, :height, :width] for each in before[:2])
    return Before(image, seen, before.weight)


def _lbfgs(loss, start, iterations, report):
    from scipy.optimize import Bounds, minimize

    def evaluate(pixels):
        value, gradient = loss(pixels.reshape(start.shape).astype(np.float32))
        return value, gradient.ravel().astype(np.float64)

    done = 0

    def count(intermediate_result):
        nonlocal done
        done += 1
        if report(done, float(intermediate_result.fun),
                  intermediate_result.x.reshape(start.shape).astype(np.float32)):
            raise StopIteration

    options = {"maxiter": iterations, "maxfun": 2 * iterations + 20, "maxcor": LBFGS_CORRECTIONS,
               "ftol": 0, "gtol": 0}
    start64 = np.clip(start, -1, 1).ravel().astype(np.float64)
    found = minimize(evaluate, start64, jac=True, method="L-BFGS-B", bounds=Bounds(-1, 1),
                     options=options, callback=count) if iterations else None
    pixels = start64 if found is None else found.x
    return pixels.reshape(start.shape).astype(np.float32)


def _descend(loss, start, iterations, report, direction, rate):
    """Steps against the `direction` of each gradient, with the pixels clipped after each."""
    image = np.clip(start, -1, 1).astype(np.float32)
    for step in range(1, iterations + 1):
        value, gradient = loss(image)
        image = np.clip(image - rate * direction(np.float32(gradient)), -1, 1)
        if report(step, value, image):
            break
    return image


def initial_image(init: str, content: np.ndarray, seed: int) -> np.ndarray:
    """Returns the start image. init: "content", or "noise", uniform in [-1, 1]. Raises UserError
    for another name."""
    if init == "content":
        return content
    if init == "noise":
        random = np.random.default_rng(seed)
        return random.uniform(-1, 1, content.shape).astype(np.float32)
    raise unknown("init", init, ("content", "noise"))
