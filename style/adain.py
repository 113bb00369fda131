"""`stylize --method adain`: content and a code of the style, by the nets of a run of style_vae."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from framework.errors import UserError
from style.colors import recoloured
from style.methods import METHODS
from style.trained import bordered, cut, find_run, style_nets

if TYPE_CHECKING:
    from nets.stylist import PlainStylist, VariationalStylist


@METHODS.register("adain")
def draw_adain(content: np.ndarray, styles: list[np.ndarray], *, run: str = "",
               mix: Sequence[float] | None = None, random_styles: int = 0, grid: int = 0,
               color_share: float = 1.0, strength: float = 1.0, seed: int = 0) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the style of `styles`, by the nets of a run of style_vae.

    mix: weights of the styles (None: equal ones). random_styles: if not 0, returns a row of that
    many images in styles drawn from the prior. grid: if not 0, returns a square of grid x grid
    images with the four styles in its corners and their mixtures, bilinear in the latent space,
    between. color_share: see `style.colors.recoloured`; styles of the prior have none but
    what the nets draw. strength: of these styles in a mixture with the content's own.
    Raises UserError if `run` is no such run, or if styles and options do not fit together.
    """
    stylist, encode, read, draw = style_nets(*find_run(run, "adain"))
    parts = encode(bordered(content, stylist.multiple))
    if random_styles:
        weights, codes = None, prior_styles(stylist, random_styles, seed, run)
    else:
        weights = style_weights(len(styles), mix, grid)
        codes = weights @ np.concatenate([read(image) for image in styles])
    if strength < 1:
        own = read(content)
        codes = own + strength * (codes - own)
    images = [cut(draw(parts, code[None]), content) for code in codes]
    if weights is not None:
        images = [recoloured(image, styles, shares, share=strength * color_share)
                  for image, shares in zip(images, weights, strict=True)]
    return tile_images(images, grid or len(images))


def style_weights(count: int, mix: Sequence[float] | None = None, grid: int = 0) -> np.ndarray:
    """The weights [N, count] of styles in their mixtures. grid 0: of the one mixture by `mix`
    (None: equal ones); else those of four styles in grid^2, row by row. Raises UserError for other
    numbers of styles."""
    if grid:
        if count != 4 or grid < 2:
            raise UserError(f"a grid has four styles in its corners and at least two images to a "
                            f"side; here are {count} styles and {grid} images")
        return corner_weights(grid)
    weights = np.full(count, 1 / count) if mix is None else np.asarray(mix)
    if len(weights) != count:
        raise UserError(f"{len(weights)} weights do not mix {count} styles")
    return weights[None].astype("float32")


def corner_weights(grid: int) -> np.ndarray:
    """Returns bilinear weights [grid^2, 4] of the corners (top left, top right, bottom left,
    bottom right) at every position of a square, row by row."""
    across = np.linspace(0, 1, grid, dtype="float32")
    y, x = (axis.ravel() for axis in np.meshgrid(across, across, indexing="ij"))
    return np.stack([(1 - y) * (1 - x), (1 - y) * x, y * (1 - x), y * x], -1)


def prior_styles(stylist: "VariationalStylist | PlainStylist", count: int, seed: int,
                 run: str | Path) -> np.ndarray:
    """Draws styles from N(0, 1), [count, latent_dim]. Raises UserError for a stylist without."""
    from framework.random import Random
    if stylist.latent_dim is None:
        raise UserError(f"{run} has no style_variance, so that it has no styles of its own to "
                        "draw; give style images")
    return Random(seed, 0).normal([count, stylist.latent_dim]).numpy()


def tile_images(images: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Joins images [1, H, W, 3] in rows of `columns` to one, [1, rows H, columns W, 3]."""
    rows = [np.concatenate(images[i:i + columns], 2) for i in range(0, len(images), columns)]
    return np.concatenate(rows, 1)


