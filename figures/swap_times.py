"""The seconds of feedforward style swap by the sizes of its two images, and where they go."""

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from figures.canvas import BLUE, GREEN, GREY, ORANGE, Canvas
from figures.catalogue import Figure, stack_parts
from figures.photographs import CONTENT, STYLE, photograph
from framework.devices import compiled
from nets.architectures.style import INVERTED
from nets.inverse import build_inverse
from nets.swap import style_swap
from style.features import FeatureStrips
from style.optimise import Reconstruction

STAGES = {"features": GREEN, "swap": ORANGE, "decode": BLUE}
STEP = "step"
SIDES = (0.5, 1.0, 1.5, 2.0)    # of the image whose size varies, over that of the other
ROUNDS = 3


class Stages:
    """The stages at one pair of images [1, H, W, 3] and [1, h, w, 3], each run once so that
    nothing is compiled while it is timed. phi: images to activations; net: the inverse of that."""

    def __init__(self, content: np.ndarray, style: np.ndarray, phi: FeatureStrips, net: Callable):
        features = [phi.compute(image) for image in (content, style)]
        swapped = style_swap(*features)
        loss = Reconstruction(phi, swapped)
        self.calls = {"features": lambda: [phi.compute(image) for image in (content, style)],
                      "swap": lambda: [style_swap(*features)],
                      "decode": lambda: [net(swapped)],
                      STEP: lambda: [loss(content)[0]]}
        self.found = {name: [] for name in self.calls}
        self.time()
        self.found = {name: [] for name in self.calls}

    def time(self) -> None:
        """Times each stage once more."""
        for name, call in self.calls.items():
            began = time.perf_counter()
            for result in call():
                np.asarray(result)              # waits until it is there
            self.found[name].append(time.perf_counter() - began)

    def medians(self) -> dict[str, float]:
        """The median seconds of each stage."""
        return {name: median(each) for name, each in self.found.items()}


def sides_of(size: int, scale: int) -> list[int]:
    """The sides that the varying image takes beside one of `size`: multiples of `scale`."""
    return [max(3, round(factor * size / scale)) * scale for factor in SIDES]


def draw(size: int = 128, vgg_weights: str = "random", rounds: int = ROUNDS) -> Figure:
    """Medians of `rounds` rounds of activations of relu3_1, swap of 3x3 patches, inverse network
    (whose weights are random: they cost the same) and one step on pixels (Chen's thesis, figure
    4.12, where the image that stays has a side of 500)."""
    phi, net = FeatureStrips(INVERTED, vgg_weights), compiled(build_inverse())
    sides, fixed = sides_of(size, phi.scale), sides_of(size, phi.scale)[SIDES.index(1.0)]
    pairs = {("style", side): (fixed, side) for side in sides}
    pairs |= {("content", side): (side, fixed) for side in sides}
    stages = {key: Stages(photograph(CONTENT, content), photograph(STYLE, style), phi, net)
              for key, (content, style) in pairs.items()}
    for _ in range(rounds):
        for each in stages.values():
            each.time()
    canvas, parts = Canvas(2, 2, 4.4, 2.7), {}
    for row, part in enumerate(("style", "content")):
        found = [stages[part, side].medians() for side in sides]
        columns = {name: np.array([each[name] for each in found]) for name in (*STAGES, STEP)}
        _panels(canvas, row, part, np.array(sides), columns)
        parts[f"{part} image"] = {"side": np.array(sides), **columns}
    return Figure(canvas.picture(), stack_parts(parts))


def _panels(canvas: Canvas, row: int, part: str, sides: np.ndarray,
            columns: dict[str, np.ndarray]) -> None:
    """Shares of the stages on the left, seconds on the right."""
    whole = sum(columns[name] for name in STAGES)
    shares = canvas.panel(2 * row, f"share of each stage, {part} image", ylabel="%",
                          xlabel="pixels a side", xticks=sides, ylim=(0, 100))
    shares.stackplot(sides, *(100 * columns[name] / whole for name in STAGES),
                     colors=list(STAGES.values()), labels=list(STAGES))
    shares.legend(fontsize=7, loc="lower left")
    seconds = canvas.panel(2 * row + 1, f"seconds, {part} image", xlabel="pixels a side",
                           xticks=sides)
    for name, colour in STAGES.items():
        seconds.plot(sides, columns[name], "o-", ms=3, c=colour, label=name)
    seconds.plot(sides, columns[STEP], ":", c=GREY, label="one step on pixels")
    seconds.set_ylim(0)
    seconds.legend(fontsize=7, frameon=False)
