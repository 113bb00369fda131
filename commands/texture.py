"""`main.py texture STYLE --output FILE`."""

import time
from functools import partial
from typing import Any

from commands.registry import COMMANDS, REPORT
from framework.options import MAX_COUNT, MAX_SEED, Option
from nets.vgg import layers_of
from style import minimise
from style.embeddings import TEXTURE_KERNELS
from style.nets import NETS, check_net


@COMMANDS.register("texture", options=(
    Option("style", str, None, "image", positional=True),
    Option("output", str, None, "image; of several kernels or nets a sheet: a row for each net, a "
           "column for each kernel", required=True),
    Option("kernel", str, "poly2", f"{', '.join(TEXTURE_KERNELS)}; several with commas, or all"),
    Option("net", str, "vgg19", f"{', '.join(NETS)}; several with commas"),
    Option("layers", str, "", "with commas (default: every downsampling layer)"),
    Option("weights", str, "imagenet", "imagenet (downloaded), random or a file"),
    Option("pooling", str, "max", "of VGG", choices=("max", "average")),
    Option("style_size", int, 256, "pixels of its longer side; 0: as it is", low=0, high=2**15),
    Option("size", int, 256, "side of the result", low=1, high=4096),
    Option("bias", float, 0.0, "b of (x.y + b)^2", low=0, high=MAX_COUNT),
    Option("optimizer", str, "", "default: adam for kernels that draw samples, else lbfgs",
           choices=("", *minimise.PIXEL_OPTIMIZERS)),
    Option("iterations", int, 200, "steps", low=1, high=MAX_COUNT),
    Option("tv_weight", float, 0.0, "of total variation", low=0, high=MAX_COUNT),
    Option("seed", int, 0, "of the noise", low=0, high=MAX_SEED),
    Option("overwrite", bool, False, "replace files that exist"),
    Option("compare", str, "", "the style beside the result"),
    Option("curve", str, "", "the loss of each step, .png or .csv"),
    REPORT))
def texture(style: str, kernel: str, net: str, layers: str, weights: str, curve: str,
            report: bool, **given: Any) -> int | None:
    """Draws a new image of the same texture. The MMD between the features of both is minimised
    from noise."""
    began, values = time.perf_counter(), {"style": style, "kernel": kernel, "net": net,
                                          "layers": layers, "weights": weights, "curve": curve,
                                          **given}
    kernels = list(TEXTURE_KERNELS) if kernel == "all" else list(layers_of(kernel))
    for name in kernels:
        TEXTURE_KERNELS.find(name)
    nets, chosen = layers_of(net), layers_of(layers)
    for name in nets:
        check_net(name, chosen, weights)
    from style import textures
    curves = textures.main(style, kernels=kernels, nets=nets, layers=chosen, weights=weights,
                           curve_file=curve, **given)
    if report and curves:
        from report.styled import textured
        from report.works import page_beside, write_work
        page, options = page_beside(given["output"], False), COMMANDS.options["texture"]
        write_work(page, began, "texture", options, values,
                   {option.name: option.default for option in options},
                   partial(textured, curves, style, given["output"], page))
    return None
