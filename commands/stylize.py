"""`main.py stylize CONTENT STYLE [STYLE ...] --output FILE`."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from commands.registry import COMMANDS, REPORT
from framework.errors import UserError
from framework.options import MAX_COUNT, MAX_SEED, Option
from style import colors, few_patches, minimise
from style.films import STEADY
from style.methods import METHODS, film_options, usual_method

MIB = 2**20
MAX_SIDE = 2**15                # pixels


def _understood_by(name: str) -> str:
    return ", ".join(method for method, function in METHODS.items()
                     if name in function.__kwdefaults__)


def _of_methods(name: str, type_: type, default: Any, text: str, **about: Any) -> Option:
    """An option of some methods; left out, it is as each method has it."""
    return Option(name, type_, default, f"{text} ({_understood_by(name)})", **about)


SIZE = "pixels of its longer side; 0: as it is (default: at most 512)"


@COMMANDS.register("stylize", options=(
    Option("content", str, None, "image, folder of images or film", positional=True),
    Option("styles", str, None, "image; each of several gives a result of its own; adain, and any "
           "method with --mix, mixes them", positional=True, count="*"),
    Option("output", str, None, "image or film; a folder where the content is one", required=True),
    Option("method", str, None, "how it is drawn (default: nnst; of films, and where an option is "
           "none of nnst's, swap)", choices=METHODS),
    Option("content_size", int, None, SIZE, low=0, high=MAX_SIDE),
    Option("style_size", int, None, SIZE, low=0, high=MAX_SIDE),
    Option("keep_colors", str, None, "the content's; without a word: luminance",
           choices=colors.COLOR_METHODS, alone="luminance"),
    Option("overwrite", bool, False, "replace files that exist"),
    Option("steady", float, None, "of a film: share of the frame before, moved with the picture, "
           f"in each; 0: each by itself (default: {STEADY:g})", low=0, high=0.99),
    Option("compare", str, None, "picture of content, style and result side by side"),
    Option("curve", str, None, "the loss of each step, .png or .csv"),
    REPORT,
    _of_methods("layer", str, None, "of VGG-19 that it changes, or rgb"),
    _of_methods("patch_size", int, None, "side of a patch at that layer: larger, more style",
                low=1, high=1000),
    _of_methods("stride", int, None, "from patch to patch", low=1, high=1000),
    _of_methods("style_patches", int, None, "of the style, which k-means finds, that stand for "
                "all; 0: all", low=0, high=MAX_COUNT),
    _of_methods("matches", str, None, "of the swap: exact, or near, which looks the same and "
                "takes a quarter of the time", choices=few_patches.MATCHES),
    _of_methods("memory_limit", int, None, "MiB that a stage may take beyond TensorFlow's own 800",
                low=1, high=MAX_COUNT),
    _of_methods("content_layers", str, None, "parted by commas; left out: block4_conv2, or the "
                "deepest that the weights have"),
    _of_methods("style_layers", str, None, "parted by commas; left out: conv1 of each block, in "
                "mrf of blocks 3 and 4, in nnst all of blocks 1 to 4, as far as the weights go"),
    _of_methods("content_share", float, None, "of the content, lambda of eq. 2.17 in gatys; in "
                "inverse, quilt and nnst of what is looked up at finer sizes: 0 (style alone) to 1",
                low=0, high=1),
    _of_methods("color_share", float, None, "of the style's colours, their mean and covariance, in "
                "the result; 0: as drawn (left out: 1; in films by swap 0)", low=0, high=1),
    _of_methods("strength", float, None, "of the style: from 0, the photograph, to 1", low=0,
                high=1),
    _of_methods("style_rotations", int, None, "quarter turns in which the style is looked through",
                low=1, high=4),
    _of_methods("style_scales", int, None, "sizes in which it is, each 0.7 of the one before",
                low=1, high=8),
    _of_methods("vgg_weights", str, None, "imagenet (downloaded), random, or .npz or .h5"),
    _of_methods("net", str, None, "vgg19 or vgg16"),
    _of_methods("pooling", str, None, "of VGG", choices=("max", "average")),
    _of_methods("run", str, None, "folder of the run that trained its net"),
    _of_methods("mix", str, None, "weights of the styles with commas, sum 1; they give one result"),
    _of_methods("content_mask", str, None, "picture of the content's areas in flat colours"),
    _of_methods("style_mask", str, None, "of the style's, with the same colours: what is drawn "
                "comes from the same area; of each style that is mixed, with commas"),
    _of_methods("random_styles", int, None, "styles drawn from the prior instead", low=1,
                high=1000),
    _of_methods("grid", int, None, "N x N mixtures of four styles", low=2, high=100),
    _of_methods("iterations", int, None, "steps of what optimises the pixels (swap, wct 100; "
                "gatys 200; at each resolution mrf 100, nnst 12; inverse 0, behind its net)", low=1,
                high=MAX_COUNT),
    _of_methods("resolutions", int, None, "coarse to fine, begun from the one before (of films "
                "inverse, quilt: 1)", low=1, high=10),
    _of_methods("tolerance", float, None, "ends where the loss of ten steps differs by a smaller "
                "share; 0: never", low=0, high=1),
    _of_methods("optimizer", str, None, "of those steps", choices=minimise.PIXEL_OPTIMIZERS),
    _of_methods("init", str, None, "what they start from", choices=("content", "noise")),
    _of_methods("tv_weight", float, None, "of total variation", low=0, high=MAX_COUNT),
    _of_methods("seed", int, None, "of the noise", low=0, high=MAX_SEED)))
def stylize(content: str, styles: Sequence[str] = (), method: str = "", report: bool = True,
            **given: Any) -> int | None:
    """Draws an image, each image of a folder, or a film in the style of other images."""
    from style.video import is_video
    film = is_video(content)
    usual = usual_method(set(given) & _of_any(), film)
    method = method or usual
    began, values = time.perf_counter(), {"content": content, "styles": list(styles),
                                          "method": method, **given}
    if "memory_limit" in given:
        given["memory_limit"] *= MIB
    if "mix" in given:
        given["mix"] = _weights(given["mix"])
    if "curve" in given:
        given["curve_file"] = given.pop("curve")
    from style import stylize
    drawn = stylize.main(content, list(styles), method=method, **given)
    if report and drawn:
        from report.styled import styled
        from report.works import page_beside, write_work
        page = page_beside(given["output"], Path(content).is_dir())
        write_work(page, began, "stylize", COMMANDS.options["stylize"], values,
                   _defaults(method, film) | {"method": usual},
                   partial(styled, drawn, content, styles, method, page))
    return None


def _of_any() -> set[str]:
    """The names of the options that mean something to some method."""
    return {name for function in METHODS.values() for name in function.__kwdefaults__}


def _defaults(method: str, film: bool) -> dict[str, Any]:
    """The default of every option that means something to the method, in a film or an image."""
    of_any = _of_any()
    common = {option.name: option.default for option in COMMANDS.options["stylize"]
              if option.name not in of_any}
    own = METHODS.find(method).__kwdefaults__ or {}
    return common | own | (film_options(method) if film else {})


def _weights(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UserError(f"mix is numbers parted by commas, not {text!r}") from None
