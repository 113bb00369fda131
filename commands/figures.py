"""`main.py figures NAME`."""

from typing import Any

from commands.registry import COMMANDS
from figures.catalogue import FIGURES
from framework.options import MAX_COUNT, MAX_SEED, Option
from framework.text import text_table


@COMMANDS.register("figures", options=(
    Option("name", str, "", "a figure, or all", positional=True, count="?"),
    Option("folders", str, None, "runs (kid), or photographs and paintings (style-methods, "
           "style-sheet)", positional=True, count="*"),
    Option("methods", str, None, "of style transfer, or names of --runs, with commas "
           "(style-methods, style-sheet; default: gatys,swap)"),
    Option("runs", str, None, "NAME=RUN, the trained net of each method that needs one, or a net "
           "by another name (style-methods, style-sheet)", count="+"),
    Option("count", int, None, "pairs of images (style-methods; default: 30); photographs, and "
           "paintings (style-sheet; default: 5)", low=1, high=1000),
    Option("iterations", int, 0, "of figures that train, and of methods of style transfer with "
           "steps; 0: as many as each needs", low=0, high=MAX_COUNT),
    Option("gibbs_steps", int, None, "k of CD-k (rbm; default: 1)", low=1, high=1000),
    Option("starts", int, None, "from noise (swap-starts; default: 5, the thesis has 40)", low=2,
           high=1000),
    Option("size", int, None, "side of the images (swap-starts; swap-times: of the one that stays; "
           "swap-patches), or their longer side (style-methods, style-sheet; default: 256)", low=32,
           high=4096),
    Option("vgg_weights", str, None, "imagenet (downloaded), random, or .npz or .h5 (swap-starts, "
           "swap-times, swap-patches; default: random; style-methods, style-sheet; default: "
           "imagenet)"),
    Option("lpips_weights", str, None, "folder of those of SqueezeNet, or random (style-methods; "
           "default: the cache, or a download)"),
    Option("seed", int, None, "of noise, and of what is measured (style-methods, style-sheet; "
           "default: 0)", low=0, high=MAX_SEED),
    Option("content_layers", str, None, "of Gatys et al., with commas (swap-starts)"),
    Option("style_layers", str, None, "of Gatys et al., with commas (swap-starts)"),
    Option("full", bool, False, "in the document's own setting, which takes hours (weights)"),
    Option("data_dir", str, None, "folder with mnist.npz for --full; else TFDS has it"),
    Option("output", str, "runs/figures", "folder")))
def figures(name: str, iterations: int, output: str, full: bool,
            folders: list[str] | None = None, **settings: Any) -> int | None:
    """Draws a figure of the documents. Without a name it lists them."""
    if not name:
        return print(text_table(("figure", "what it shows"), FIGURES.items()))
    if name != "all":
        FIGURES.find(name)
    from figures import draw
    settings |= {"full": True} if full else {}
    return draw.main(name=name, folders=folders or (), iterations=iterations, output=output,
                     **settings)
