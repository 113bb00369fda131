"""Runs of nets that were never trained, for `stylize` to draw with, and what nets see by hand."""

import numpy as np

from config.resolve import resolve
from config.run import Run
from framework.checkpoint import Checkpoints
from trainers.variables import all_variables

PAIR = ["--preset", "none", "--dataset", "glyph2edge", "--vgg_weights", "random"]
STYLE = ["--gan_type", "style_vae", *PAIR, "--content_weight", "1", "--style_weight", "1",
         "--content_layers", "block2_conv1", "--style_layers", "block1_conv1"]


def image(height, width, seed):
    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (1, height, width, 3)).astype("float32")


CONTENT, STYLES = image(18, 23, 0), [image(16, 20 + k, 1 + k) for k in range(4)]


def seen_by_nets(multiple):
    """CONTENT with a mirrored border of 16 pixels, and its last pixels repeated."""
    bordered = np.pad(CONTENT, ((0, 0), (16, 16), (16, 16), (0, 0)), "symmetric")
    height, width = bordered.shape[1:3]
    more = (0, -height % multiple), (0, -width % multiple)
    return np.pad(bordered, ((0, 0), *more, (0, 0)), "edge")


def inside(images):
    return images[:, 16:16 + 18, 16:16 + 23]


def kept(folder, flags, nets, name):
    """A run of one checkpoint, in which the nets are not as they start."""
    config = resolve([*flags, "--run", str(folder)])
    Run.open(folder, config).close()
    made = nets(config)
    variables = all_variables(made if isinstance(made, list) else [made])
    random = np.random.default_rng(7)
    for v in variables:
        v.assign(v + 0.05 * random.normal(size=v.shape))
    Checkpoints(folder / "checkpoints", {name: variables, "more": []}).save(3)
    return str(folder), made
