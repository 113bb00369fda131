"""`main.py figures NAME`."""

from typing import Any

from commands.registry import COMMANDS
from figures.catalogue import FIGURES
from framework.options import MAX_COUNT, Option
from framework.text import text_table


@COMMANDS.register("figures", options=(
    Option("name", str, "", "a figure, or all", positional=True, count="?"),
    Option("runs", str, None, "folders of runs, for a figure that shows runs", positional=True,
           count="*"),
    Option("iterations", int, 0, "of figures that train; 0: as many as each needs", low=0,
           high=MAX_COUNT),
    Option("gibbs_steps", int, None, "k of CD-k (rbm; default: 1)", low=1, high=1000),
    Option("starts", int, None, "from noise (swap-starts; default: 5, the thesis has 40)", low=2,
           high=1000),
    Option("size", int, None, "side of the images (swap-starts; swap-times: of the one that stays; "
           "swap-patches)", low=32, high=4096),
    Option("vgg_weights", str, None, "imagenet (downloaded), random, or .npz or .h5 (swap-starts, "
           "swap-times, swap-patches; default: random)"),
    Option("content_layers", str, None, "of Gatys et al., with commas (swap-starts)"),
    Option("style_layers", str, None, "of Gatys et al., with commas (swap-starts)"),
    Option("full", bool, False, "in the document's own setting, which takes hours (weights)"),
    Option("data_dir", str, None, "folder with mnist.npz for --full; else TFDS has it"),
    Option("output", str, "runs/figures", "folder")))
def figures(name: str, iterations: int, output: str, full: bool,
            runs: list[str] | None = None, **settings: Any) -> int | None:
    """Draws a figure of the documents. Without a name it lists them."""
    if not name:
        return print(text_table(("figure", "what it shows"), FIGURES.items()))
    if name != "all":
        FIGURES.find(name)
    from figures import draw
    settings |= {"full": True} if full else {}
    return draw.main(name=name, runs=runs or (), iterations=iterations, output=output, **settings)
