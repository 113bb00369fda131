"""`main.py texture STYLE --output FILE`."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from commands.registry import COMMANDS, REPORT
from framework.errors import UserError
from framework.options import MAX_COUNT, MAX_SEED, Option, one_of, refusal
from nets.vgg import layers_of
from style import minimise
from style.embeddings import TEXTURE_KERNELS
from style.nets import NETS, check_net

MMD, PIXELS = (one_of("method", "mmd"),), (one_of("method", "pixels"),)


@COMMANDS.register("texture", options=(
    Option("style", str, None, "image", positional=True),
    Option("output", str, None, "image; of several kernels or nets a sheet: a row for each net, a "
           "column for each kernel", required=True),
    Option("method", str, "mmd", "how it is drawn: by the MMD between a net's features, or pixel "
           "by pixel from the style, without a net", choices=("mmd", "pixels")),
    Option("kernel", str, "poly2", f"{', '.join(TEXTURE_KERNELS)}; several with commas, or all",
           requires=MMD),
    Option("net", str, "vgg19", f"{', '.join(NETS)}; several with commas", requires=MMD),
    Option("layers", str, "", "with commas (default: every downsampling layer)", requires=MMD),
    Option("weights", str, "imagenet", "imagenet (downloaded), random or a file", requires=MMD),
    Option("pooling", str, "max", "of VGG", choices=("max", "average"), requires=MMD),
    Option("style_size", int, 256, "pixels of its longer side; 0: as it is", low=0, high=2**15),
    Option("size", int, 256, "side of the result", low=1, high=4096),
    Option("window", int, 11, "side of the square around a pixel that is compared, odd (pixels): "
           "about as large as what repeats in the style", low=1, high=999, requires=PIXELS),
    Option("bias", float, 0.0, "b of (x.y + b)^2", low=0, high=MAX_COUNT, requires=MMD),
    Option("optimizer", str, "", "default: adam for kernels that draw samples, else lbfgs",
           choices=("", *minimise.PIXEL_OPTIMIZERS), requires=MMD),
    Option("iterations", int, 200, "steps", low=1, high=MAX_COUNT, requires=MMD),
    Option("tv_weight", float, 0.0, "of total variation", low=0, high=MAX_COUNT, requires=MMD),
    Option("seed", int, 0, "of the noise, or of the pixels that are drawn", low=0, high=MAX_SEED),
    Option("overwrite", bool, False, "replace files that exist"),
    Option("compare", str, "", "the style beside the result"),
    Option("curve", str, "", "the loss of each step, .png or .csv", requires=MMD),
    REPORT))
def texture(style: str, method: str, report: bool, **given: Any) -> int | None:
    """Draws a new image of the same texture. The MMD between the features of both is minimised
    from noise, or each pixel is drawn from those of the style by what is known around it."""
    began = time.perf_counter()
    values = {"style": style, "method": method, "report": report, **given}
    rows = COMMANDS.options["texture"]
    served = {option.name: option.default for option in rows if not option.unmet(values)}
    for option in rows:
        if option.name not in served and values[option.name] != option.default:
            raise UserError(refusal(option, values))
    settings = {name: value for name, value in given.items() if name in served}
    draw = _by_mmd if method == "mmd" else _by_pixels
    make = draw(style, **settings)
    if report and make:
        from report.works import page_beside, write_work
        page = page_beside(given["output"], False)
        shown = {name: value for name, value in values.items() if name in served}
        write_work(page, began, "texture", rows, shown, served,
                   partial(make, style, given["output"], page))
    return None


def _by_mmd(style: str, kernel: str, net: str, layers: str, weights: str, curve: str,
            **settings: Any) -> Callable | None:
    """Draws one texture or several. Returns what tells a page of them, if there is anything."""
    kernels = list(TEXTURE_KERNELS) if kernel == "all" else list(layers_of(kernel))
    for name in kernels:
        TEXTURE_KERNELS.find(name)
    nets, chosen = layers_of(net), layers_of(layers)
    for name in nets:
        check_net(name, chosen, weights)
    from style import textures
    curves = textures.main(style, kernels=kernels, nets=nets, layers=chosen, weights=weights,
                           curve_file=curve, **settings)
    from report.styled import textured
    return partial(textured, curves) if curves else None


def _by_pixels(style: str, **settings: Any) -> Callable:
    """The same, pixel by pixel."""
    from style import textures
    textures.by_pixels(style, **settings)
    from report.styled import grown
    return grown
