"""The commands stylize and texture: their options, and what they call. Needs no TensorFlow."""

import argparse

from config.resolve import Parser
from framework.errors import UserError, unknown
from nets.vgg import layers_of
from style import colors, decode, minimise, optimise  # noqa: F401 (each registers its methods)
from style.embeddings import TEXTURE_KERNELS
from style.methods import METHODS
from style.nets import NETS, check_net

OF = {name: ", ".join(m for m, function in METHODS.items()
                      if name in function.__kwdefaults__) for name in
      sorted({name for function in METHODS.values() for name in function.__kwdefaults__})}


def stylize(argv):
    """`main.py stylize CONTENT STYLE [STYLE ...] --output FILE`."""
    about = Parser(prog="main.py stylize", argument_default=argparse.SUPPRESS, description="Draws "
                   "an image, each image of a folder, or a film in the style of other images.")
    about.add_argument("content", metavar="CONTENT", help="image, folder of images or film")
    about.add_argument("styles", metavar="STYLE", nargs="*", default=[], help="image; each of "
                       "several gives a result of its own, or adain mixes them")
    about.add_argument("--output", metavar="FILE", required=True, help="image or film; a folder "
                       "where the content is one")
    about.add_argument("--method", default="swap", help=f"{', '.join(METHODS)} (default: swap)")
    for name in ("content", "style"):
        about.add_argument(f"--{name}_size", metavar="N", type=int, help="pixels of its longer "
                           "side; 0: as it is (default: at most 512)")
    about.add_argument("--keep_colors", metavar="HOW", nargs="?", const="luminance",
                       help=f"the content's: {' or '.join(colors.COLOR_METHODS)} (without a word: "
                       "luminance)")
    about.add_argument("--compare", metavar="FILE", help="picture of content, style and result "
                       "side by side")
    about.add_argument("--curve", metavar="FILE", dest="curve_file", help="the loss of each step, "
                       ".png or .csv")
    _methods(about)
    _steps(about)
    given = vars(about.parse_args(argv))
    _check(given, content_size=0, style_size=0, iterations=1, seed=0, memory_limit=1, tv_weight=0,
           samples=1)
    if "memory_limit" in given:
        given["memory_limit"] <<= 20
    if "mix" in given:
        given["mix"] = _weights(given["mix"])
    METHODS.find(given["method"])
    if given.get("keep_colors", "") not in ("", *colors.COLOR_METHODS):
        raise unknown("keep_colors", given["keep_colors"], colors.COLOR_METHODS)
    from commands import stylize as command
    return _interruptible(command.main, given.pop("content"), given.pop("styles"), **given)


def _methods(about):
    section = about.add_argument_group("methods", "each option says which understand it; left "
                                       "out, it is as the method has it")
    for name, metavar, kind, text in (
            ("layer", "NAME", str, "of VGG-19 in which patches are swapped, or rgb"),
            ("patch_size", "N", int, "side of a patch at that layer: larger, more style"),
            ("stride", "N", int, "from patch to patch"),
            ("memory_limit", "MIB", int, "that a stage may take beyond TensorFlow's own 800"),
            ("content_layers", "NAMES", str, "parted by commas"),
            ("style_layers", "NAMES", str, "parted by commas"),
            ("content_weight", "X", float, "lambda of eq. 2.17, 0 (texture alone) to 1"),
            ("vgg_weights", "FILE", str, "imagenet (downloaded), random, or .npz or .h5"),
            ("net", "NAME", str, "vgg19 or vgg16"),
            ("pooling", "NAME", str, "max or average"),
            ("run", "RUN", str, "folder of the run that trained its net"),
            ("mix", "X,Y,..", str, "weights of the styles, sum 1"),
            ("samples", "N", int, "styles drawn from the prior instead"),
            ("grid", "N", int, "N x N mixtures of four styles")):
        section.add_argument(f"--{name}", metavar=metavar, type=kind,
                             help=f"{text} ({OF.get(name, '')})")


def _steps(about):
    section = about.add_argument_group("steps", "of the methods that optimise the pixels")
    section.add_argument("--iterations", metavar="N", type=int, help="steps (swap 100, gatys 200)")
    section.add_argument("--optimizer", metavar="NAME", help=" or ".join(minimise.OPTIMIZERS))
    section.add_argument("--init", metavar="NAME", help="content or noise, what to start from")
    section.add_argument("--tv_weight", metavar="X", type=float, help="of total variation")
    section.add_argument("--seed", metavar="N", type=int, help="of the noise")


def texture(argv):
    """`main.py texture STYLE --output FILE`."""
    about = Parser(prog="main.py texture", description="A new image of the same texture: the MMD "
                   "between the features of both is minimised from noise.")
    about.add_argument("style", metavar="STYLE", help="image")
    about.add_argument("--output", metavar="FILE", required=True, help="image; of several kernels "
                       "or nets a sheet: a row for each net, a column for each kernel")
    about.add_argument("--kernel", default="poly2", help=f"{', '.join(TEXTURE_KERNELS)}; "
                       "several with "
                       "commas, or all (default: poly2)")
    about.add_argument("--net", default="vgg19", help=f"{', '.join(NETS)}; several with commas "
                       "(default: vgg19)")
    about.add_argument("--layers", metavar="NAMES", default="", help="with commas (default: every "
                       "downsampling layer)")
    about.add_argument("--weights", "--vgg_weights", metavar="FILE", default="imagenet",
                       help="imagenet (downloaded), random or a file (default: imagenet)")
    about.add_argument("--pooling", default="max", help="of VGG, max or average (default: max)")
    about.add_argument("--style_size", metavar="N", type=int, default=256, help="pixels of its "
                       "longer side; 0: as it is (default: 256)")
    about.add_argument("--size", metavar="N", type=int, default=256, help="side of the result "
                       "(default: 256)")
    about.add_argument("--bias", metavar="X", type=float, default=0.0, help="b of (x.y + b)^2 "
                       "(default: 0)")
    about.add_argument("--optimizer", metavar="NAME", default="", help="lbfgs or adam (default: "
                       "adam for kernels that draw samples, else lbfgs)")
    about.add_argument("--iterations", metavar="N", type=int, default=200, help="(default: 200)")
    about.add_argument("--tv_weight", metavar="X", type=float, default=0.0, help="(default: 0)")
    about.add_argument("--seed", metavar="N", type=int, default=0, help="(default: 0)")
    about.add_argument("--compare", metavar="FILE", default="", help="the style beside the result")
    about.add_argument("--curve", metavar="FILE", dest="curve_file", default="", help="the loss "
                       "of each step, .png or .csv")
    given = vars(about.parse_args(argv))
    _check(given, style_size=0, size=1, iterations=1, seed=0, tv_weight=0, bias=0)
    given["kernels"] = (list(TEXTURE_KERNELS) if given["kernel"] == "all"
                        else layers_of(given["kernel"]))
    given["nets"], given["layers"] = layers_of(given.pop("net")), layers_of(given["layers"])
    del given["kernel"]
    for name in given["kernels"]:
        TEXTURE_KERNELS.find(name)
    for net in given["nets"]:
        check_net(net, given["layers"], given["weights"])
    if given["optimizer"] not in ("", *minimise.OPTIMIZERS):
        raise unknown("optimizer", given["optimizer"], minimise.OPTIMIZERS)
    from commands import texture as command
    return _interruptible(command.main, given.pop("style"), **given)


def _check(given, **lows):
    for name, low in lows.items():
        if given.get(name, low) < low:
            raise UserError(f"{name} must be at least {low}, not {given[name]}")
    for name, known in (("optimizer", ("", *minimise.OPTIMIZERS)), ("init", ("content", "noise")),
                        ("pooling", ("max", "average"))):
        if given.get(name, known[0]) not in known:
            raise unknown(name, given[name], filter(None, known))


def _weights(text):
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise UserError(f"mix is numbers parted by commas, not {text!r}") from None


def _interruptible(function, *args, **settings):
    try:
        return function(*args, **settings)
    except KeyboardInterrupt:
        print("stopped; what is written so far is whole")
        return 130
