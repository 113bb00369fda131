"""The methods of `stylize` that use a trained net: `inverse` and `adain`.

Keras is imported at the first image, so that mistakes on the command line show at once.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from config.resolve import load_config
from config.run import newest_checkpoint
from framework.arrays import check_finite
from framework.errors import UserError
from framework.tensors import Tensor
from nets.architectures.style import CHANNELS, INVERTED
from style.features import FeatureStrips, mixed
from style.few_patches import swapped
from style.images import pad_to_multiple
from style.methods import METHODS
from style.minimise import Progress, minimise
from style.optimise import OPTIMIZER_IMAGE_COPIES, reconstruction

if TYPE_CHECKING:
    from nets.stylist import Content, PlainStylist, VariationalStylist

# Pixels by which content is mirrored outwards before a net sees it, which are cut off its image:
# VGG reads zeros beyond the edge, and what it makes of them would stand as a frame in the image.
BORDER = 16
REMEMBERED = 8          # styles, at most
GAN_TYPES = {"inverse": "inverse_net", "adain": "style_vae"}     # of the runs, by method


class StyleNets(NamedTuple):
    """A stylist and its compiled functions: image to content, image to style (as numpy), content
    and style to image."""

    stylist: "VariationalStylist | PlainStylist"
    encode: "Callable[[np.ndarray], Content]"
    read: Callable[[np.ndarray], np.ndarray]
    draw: "Callable[[Content, np.ndarray], Tensor]"


@METHODS.register("inverse")
def inverse(content: np.ndarray, styles: list[np.ndarray], *, run: str = "", patch_size: int = 3,
            stride: int = 1, style_patches: int = 0, matches: str = "near",
            strength: float = 1.0, memory_limit: int | None = None, optimizer: str = "lbfgs",
            iterations: int = 0, progress: Progress | None = None) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the first of `styles`: swaps its activations of relu3_1 and
    inverts them by the network of a run of inverse_net (Chen's thesis, section 4.3.2).

    matches: see `style.few_patches.swapped`; what near ones lose is not seen behind the network.
    strength: of the swapped activations in a mixture with the content's own. iterations: so many
    steps of `style.optimise.swap` take the network's image nearer to the activations. Raises
    UserError if `run` is no such run, and as `nets.swap.style_swap` does.
    """
    path, checkpoint = find_run(run, "inverse")
    of_content, of_style = relu3_1_extractors(path, memory_limit)
    padded = _bordered(content, of_content.scale)
    own, carried = of_content(padded), None
    if repaints := load_config(path).style.repaint:
        carried = _carried(styles[0])
    activations = swapped(own, of_style(styles[0]), patch_size, stride, memory_limit,
                          style_patches, carried, matches=matches)
    if strength < 1:
        own = np.concatenate([own, _carried(padded)], -1) if repaints else own
        activations = mixed(activations, own, strength)
    image = inverse_network(path, checkpoint)(activations)
    if iterations:
        target = activations[..., :CHANNELS]
        held = OPTIMIZER_IMAGE_COPIES.get(optimizer, 0) * padded.nbytes
        image = minimise(reconstruction(of_content, target, None, held), np.asarray(image),
                         optimizer, iterations, progress)
    return _cut(image, content)


def _carried(image: np.ndarray) -> Tensor:
    from nets.inverse import squares
    return squares(image)


@METHODS.register("adain")
def draw_adain(content: np.ndarray, styles: list[np.ndarray], *, run: str = "",
               mix: Sequence[float] | None = None, random_styles: int = 0, grid: int = 0,
               strength: float = 1.0, seed: int = 0) -> np.ndarray:
    """Draws `content` [1, H, W, 3] in the style of `styles`, by the nets of a run of style_vae.

    mix: weights of the styles (None: equal ones). random_styles: if not 0, returns a row of that
    many images in styles drawn from the prior. grid: if not 0, returns a square of grid x grid
    images with the four styles in its corners and their mixtures, bilinear in the latent space,
    between. strength: of these styles in a mixture with the content's own.
    Raises UserError if `run` is no such run, or if styles and options do not fit together.
    """
    stylist, encode, read, draw = style_nets(*find_run(run, "adain"))
    parts = encode(_bordered(content, stylist.multiple))
    if random_styles:
        codes = prior_styles(stylist, random_styles, seed, run)
    else:
        codes = mix_styles(np.concatenate([read(image) for image in styles]), mix, grid)
    if strength < 1:
        own = read(content)
        codes = own + strength * (codes - own)
    images = [_cut(draw(parts, code[None]), content) for code in codes]
    return tile_images(images, grid or len(images))


def mix_styles(styles: np.ndarray, mix: Sequence[float] | None = None, grid: int = 0) -> np.ndarray:
    """Mixes styles [K, d]. grid 0: with the weights `mix` (None: equal ones) to one, [1, d]; else
    four styles to grid^2, row by row. Raises UserError for other numbers of styles."""
    if grid:
        if len(styles) != 4 or grid < 2:
            raise UserError(f"a grid has four styles in its corners and at least two images to a "
                            f"side; here are {len(styles)} styles and {grid} images")
        return corner_weights(grid) @ styles
    weights = np.full(len(styles), 1 / len(styles)) if mix is None else np.asarray(mix)
    if len(weights) != len(styles):
        raise UserError(f"{len(weights)} weights do not mix {len(styles)} styles")
    return (weights[None] @ styles).astype("float32")


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


def _bordered(content: np.ndarray, multiple: int) -> np.ndarray:
    """`content` [1, H, W, 3] with a mirrored BORDER, and to a multiple of pixels."""
    edges = (BORDER, BORDER)
    return pad_to_multiple(np.pad(content, ((0, 0), edges, edges, (0, 0)), "symmetric"), multiple)


def _cut(image, content):
    """What lies over `content` in the image of what is `_bordered`."""
    _, height, width, _ = content.shape
    return np.asarray(image)[:, BORDER:BORDER + height, BORDER:BORDER + width]


def find_run(run: str, method: str) -> tuple[str, int]:
    """Returns the path and the newest checkpoint of the run that a method draws with. Raises
    UserError if it is none of the gan_type in GAN_TYPES."""
    gan_type = GAN_TYPES[method]
    if not run:
        raise UserError(f"--method {method} needs --run, the folder of a trained {gan_type}; see "
                        f"python main.py --gan_type {gan_type}")
    found = load_config(run).experiment.gan_type
    if found != gan_type:
        raise UserError(f"{run} is of gan_type {found}; --method {method} needs a {gan_type}")
    return str(run), newest_checkpoint(run)


def _restore(run, state: dict):
    from framework.checkpoint import restore_part
    if not restore_part(Path(run) / "checkpoints", state):
        raise UserError(f"{run} has no checkpoint yet; train on with --run {run}")
    for variables in state.values():
        check_finite(f"the newest checkpoint of {run}", ((v.path, np.asarray(v))
                                                          for v in variables))


@lru_cache(maxsize=2)
def relu3_1_extractors(run: str,
                       memory_limit: int | None = None) -> tuple[FeatureStrips, FeatureStrips]:
    """Returns the extractors of relu3_1 of the run's VGG for contents and for styles; each caches
    the activations of its last image."""
    config = load_config(run)
    weights = config.coupling.vgg_weights
    content, style = (FeatureStrips(INVERTED, weights, memory_limit=memory_limit)
                      for _ in range(2))
    return content, style


@lru_cache(maxsize=2)
def inverse_network(run: str, checkpoint: int) -> Callable[[Tensor], Tensor]:
    """Loads the run's network as a compiled function from activations to images. checkpoint: the
    key of the cache."""
    from framework.devices import compiled
    from trainers.inverse import net_for
    from trainers.precision import for_this_machine
    net = net_for(for_this_machine(load_config(run)))
    _restore(run, {"inverse": net.variables})
    return compiled(lambda h: net(h, training=False))


@lru_cache(maxsize=2)
def style_nets(run: str, checkpoint: int) -> StyleNets:
    """Loads the run's stylist and compiles its functions. checkpoint: the key of the cache."""
    from framework.devices import compiled
    from trainers.precision import for_this_machine
    from trainers.style_vae import stylist_for
    from trainers.variables import all_variables
    stylist = stylist_for(for_this_machine(load_config(run)))
    _restore(run, {"stylist": all_variables(stylist.nets.values())})
    encode, read = compiled(stylist.content), compiled(stylist.style)
    return StyleNets(stylist, encode, remembered(lambda image: np.asarray(read(image))),
                     compiled(stylist.image))


def remembered(read: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """`read` of an image, which for one of the last images is not computed again: all photographs
    of a folder and all frames of a film have the same styles."""
    newest: list[tuple[np.ndarray, np.ndarray]] = []

    def known(image):
        found = next((code for other, code in newest if other is image), None)
        if found is None:
            found = read(image)
            newest.append((image, found))
            del newest[:-REMEMBERED]
        return found
    return known
