"""What style swap loses with fewer style patches: clusters beside patches drawn by chance."""

import time
from functools import partial

import numpy as np

from figures.canvas import BLUE, GREY, ORANGE, Canvas
from figures.catalogue import Figure, stack_parts
from figures.photographs import CONTENT, STYLE, photograph
from framework.tensors import Tensor
from nets.architectures.style import INVERTED
from nets.patches import match_cosines, match_some, representatives
from nets.swap import style_swap
from style.features import FeatureStrips

PATCH_SIZE, STRIDE = 3, 1
SHARES = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1)     # of the style's patches


def by_chance(style: Tensor, patch_size: int, stride: int, count: int, seed: int = 0) -> np.ndarray:
    """As `nets.patches.representatives`, drawn without a look at the patches."""
    rows, columns = ((side - patch_size) // stride + 1 for side in style.shape[1:3])
    rng = np.random.default_rng(seed)
    return np.sort(rng.choice(rows * columns, min(count, rows * columns), replace=False))


def losses(content: Tensor, style: Tensor, choose, exact: np.ndarray) -> dict[str, np.ndarray]:
    """For each of SHARES: the number of patches that `choose` gives, the mean cosine of a content
    patch and its nearest one of these and of all, by how much the swapped activations differ from
    the `exact` ones (relative L2), and the seconds of choosing and of the swap."""
    whole, rows = len(by_chance(style, PATCH_SIZE, STRIDE, 10**9)), []
    for share in SHARES:
        began = time.perf_counter()
        chosen = choose(style, PATCH_SIZE, STRIDE, max(1, round(share * whole))).astype(np.int32)
        found = time.perf_counter()
        made = np.asarray(style_swap(content, style, PATCH_SIZE, STRIDE,
                                     match=partial(match_some, chosen=chosen)))
        ended = time.perf_counter()
        few, best = match_cosines(content, style, PATCH_SIZE, STRIDE, chosen)
        rows.append((len(chosen), few, best, np.linalg.norm(made - exact) / np.linalg.norm(exact),
                     found - began, ended - found))
    names = ("patches", "cosine", "best_cosine", "change", "choosing_seconds", "swap_seconds")
    return dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))


def draw(size: int = 128, vgg_weights: str = "random") -> Figure:
    """Swaps relu3_1 of two images of `size` pixels with parts of the style's 3x3 patches (Chen's
    thesis proposes to cluster them, section 4.4.3)."""
    phi = FeatureStrips(INVERTED, vgg_weights)
    content, style = (phi.compute(photograph(name, size)) for name in (CONTENT, STYLE))
    exact = np.asarray(style_swap(content, style, PATCH_SIZE, STRIDE))
    parts = {"k-means": losses(content, style, representatives, exact),
             "by chance": losses(content, style, by_chance, exact)}
    weights = "random weights" if vgg_weights == "random" else "trained weights"
    canvas = Canvas(1, 2, 4.4, 3.0)
    panels = [canvas.panel(number, title, xlabel="style patches", xscale="log", ylabel=label)
              for number, (title, label) in enumerate((
                  (f"the chosen patch ({size}x{size}, {weights})", "mean cosine"),
                  ("change of the swapped activations", "relative L2")))]
    for (name, columns), colour in zip(parts.items(), (BLUE, ORANGE), strict=True):
        for panel, what in zip(panels, ("cosine", "change"), strict=True):
            panel.plot(columns["patches"], columns[what], "o-", ms=3, c=colour, label=name)
    panels[0].axhline(parts["k-means"]["best_cosine"][-1], c=GREY, ls=":", label="all patches")
    panels[0].legend(fontsize=8, frameon=False)
    return Figure(canvas.picture(), stack_parts(parts))
