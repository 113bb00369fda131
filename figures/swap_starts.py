"""How far the results of style swap and of Gatys et al. lie apart that start from noise."""

import numpy as np

from figures.canvas import BLUE, ORANGE, Canvas
from figures.catalogue import Figure, stack_parts
from figures.photographs import CONTENT, STYLE, photograph
from framework.grid import image_grid
from framework.pixels import LEVELS
from style.minimise import ImageLoss, initial_image, minimise
from style.optimise import gatys_loss, swap_loss

MEASURED = 40                   # steps at which the images are compared, at most
SHOWN = 4                       # results of each method


def images_at(loss: ImageLoss, optimizer: str, start: np.ndarray, iterations: int,
              steps: np.ndarray) -> tuple[np.ndarray, int]:
    """The images [len(steps), H, W, 3] after each of `steps` from `start` [1, H, W, 3], and the
    number of steps that were taken. Behind an early end comes the last image."""
    seen, taken = {0: start}, 0

    def watch(done, image):
        nonlocal taken
        taken = done
        if done in wanted:
            seen[done] = image
    wanted = set(steps.tolist())
    last = minimise(loss, start, optimizer, iterations, watch=watch)
    return np.concatenate([seen.get(step, last) for step in steps]), taken


def spread(loss: ImageLoss, optimizer: str, content: np.ndarray, starts: int,
           iterations: int) -> tuple[dict[str, np.ndarray], np.ndarray, float]:
    """Minimises `loss` from `starts` images of noise, by seeds 0, 1, ...

    Returns columns by step: `mean` and `deviation` over the pixels, in levels of 0 to 255, of the
    standard deviation of a pixel over the starts (of a sample, so at least 2); the last images
    [min(starts, SHOWN), H, W, 3]; and the mean number of steps that were taken.
    """
    steps = np.unique(np.r_[0, np.geomspace(1, iterations, MEASURED).round()]).astype(int)
    total = np.zeros((len(steps), *content.shape[1:]))
    squares, ends, taken = total.copy(), [], 0
    for seed in range(starts):
        images, count = images_at(loss, optimizer, initial_image("noise", content, seed),
                                  iterations, steps)
        total += images
        squares += images.astype(float) ** 2
        ends, taken = [*ends, images[-1]][:SHOWN], taken + count / starts
    variance = np.maximum(squares - total**2 / starts, 0) / (starts - 1)
    apart = LEVELS * np.sqrt(variance).reshape(len(steps), -1)
    columns = {"step": steps, "mean": apart.mean(1), "deviation": apart.std(1)}
    return columns, np.stack(ends), taken


def draw(iterations: int = 30, starts: int = 5, size: int = 64, vgg_weights: str = "random",
         content_layers: str = "", style_layers: str = "") -> Figure:
    """Style swap by Adam and Gatys et al. by L-BFGS from the same noise (Chen's thesis, figures 4.8
    and 4.9, where it is 40 starts). content_layers, style_layers: as in `style.optimise.gatys`.
    Raises UserError for weights without one of the layers."""
    content, style = photograph(CONTENT, size), photograph(STYLE, size)
    methods = {
        "style swap": (swap_loss(content, [style], vgg_weights=vgg_weights)[0], "adam", BLUE),
        "Gatys et al.": (gatys_loss(content, style, content_layers, style_layers,
                                    vgg_weights=vgg_weights), "lbfgs", ORANGE)}
    canvas, parts, rows = Canvas(1, 2, 5.2, 3.4), {}, []
    panel = canvas.panel(0, f"{starts} starts from noise, {size}x{size}", xlabel="step",
                         ylabel="standard deviation (levels)")
    for image, (name, (loss, optimizer, colour)) in zip((content, style), methods.items(),
                                                        strict=True):
        columns, ends, taken = spread(loss, optimizer, content, starts, iterations)
        step, mean, band = columns.values()
        panel.plot(step, mean, c=colour, label=name)
        panel.fill_between(step, mean - band, mean + band, color=colour, alpha=0.2, lw=0)
        panel.axvline(taken, c=colour, ls="--", lw=1)
        rows.append(np.concatenate([image, ends]))
        parts[name] = columns
    panel.set_ylim(0)
    panel.legend(fontsize=8, frameon=False)
    weights = "random weights" if vgg_weights == "random" else "trained weights"
    shown = canvas.panel(1, f"content, swapped; style, Gatys et al. (VGG-19, {weights})",
                         xticks=[], yticks=[])
    shown.imshow(image_grid(rows, len(rows[0])))
    return Figure(canvas.picture(), stack_parts(parts))
