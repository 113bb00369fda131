"""The trained nets of a run that `--method inverse` and `--method adain` draw with.

Keras is imported at the first image, so that mistakes on the command line show at once.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from config.resolve import load_config
from config.run import newest_checkpoint
from framework.arrays import check_finite
from framework.errors import UserError
from framework.tensors import Tensor
from style.images import pad_to_multiple

if TYPE_CHECKING:
    from nets.stylist import Content, PlainStylist, VariationalStylist

# Pixels by which content is mirrored outwards before a net sees it, which are cut off its image:
# VGG reads zeros beyond the edge, and what it makes of them would stand as a frame in the image.
BORDER = 16
REMEMBERED = 8          # styles, at most; of several sizes each counts
GAN_TYPES = {"inverse": "inverse_net", "adain": "style_vae"}     # of the runs, by method


class StyleNets(NamedTuple):
    """A stylist and its compiled functions: image to content, image to style (as numpy), content
    and style to image."""

    stylist: "VariationalStylist | PlainStylist"
    encode: "Callable[[np.ndarray], Content]"
    read: Callable[[np.ndarray], np.ndarray]
    draw: "Callable[[Content, np.ndarray], Tensor]"


def bordered(content: np.ndarray, multiple: int) -> np.ndarray:
    """`content` [1, H, W, 3] with a mirrored BORDER, and to a multiple of pixels."""
    edges = (BORDER, BORDER)
    return pad_to_multiple(np.pad(content, ((0, 0), edges, edges, (0, 0)), "symmetric"), multiple)


def cut(image: Tensor, content: np.ndarray) -> np.ndarray:
    """What lies over `content` in the image of what is `bordered`."""
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
def inverse_network(run: str, checkpoint: int) -> Callable[[Tensor], Tensor]:
    """Loads the run's network as a compiled function from activations to images. checkpoint: the
    key of the cache."""
    from framework.devices import compiled
    from trainers.inverse import net_for
    from trainers.precision import for_this_machine
    net = net_for(for_this_machine(load_config(run)))
    _restore(run, {"inverse": net.variables})
    return compiled(lambda h: net(h, training=False), any_size=True)


@lru_cache(maxsize=2)
def style_nets(run: str, checkpoint: int) -> StyleNets:
    """Loads the run's stylist and compiles its functions. checkpoint: the key of the cache."""
    from framework.devices import compiled
    from trainers.precision import for_this_machine
    from trainers.style_vae import stylist_for
    from trainers.variables import all_variables
    stylist = stylist_for(for_this_machine(load_config(run)))
    _restore(run, {"stylist": all_variables(stylist.nets.values())})
    encode, read, draw = (compiled(function, any_size=True)
                          for function in (stylist.content, stylist.style, stylist.image))
    return StyleNets(stylist, encode, remembered(lambda image: np.asarray(read(image))), draw)


def remembered(read: Callable[..., Any]) -> Callable[..., Any]:
    """`read` of an image and numbers, which for the last images is not computed again: all
    photographs of a folder and all frames of a film have the same styles."""
    newest: list[tuple[np.ndarray, tuple, Any]] = []

    def known(image, *more):
        for other, numbers, found in newest:
            if other is image and numbers == more:
                return found
        newest.append((image, more, read(image, *more)))
        del newest[:-REMEMBERED]
        return newest[-1][-1]
    return known
