"""Figure 4.11 of Chen's thesis: the loss (4.7) of inverse networks beside the optimisation's.

    python -m benchmarks.inverse PHOTOS STYLES --runs swapped=RUN unswapped=RUN \\
        --vgg_weights FILE [--size 256] [--limit 8] [--iterations 100] [--output FILE.csv]

For each photograph of the folder PHOTOS and painting of STYLES, which no run may have been
trained on, the target H is the style-swapped activation of relu3_1, with patches of 3x3. The loss
is (||Phi(I) - H||^2 + lambda TV(I)) / n for the n activations, with lambda = 8.4 (`style.optimise`)
and I clipped to [-1, 1]. The same is found for the photographs' own activations, which every
network has seen the like of. Images keep their aspect.
"""

import argparse
import csv
import io
import sys
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from config.resolve import load_config
from config.run import newest_checkpoint
from data import folders
from framework.errors import UserError
from framework.files import write_text

TV_WEIGHT, STEPS = 8.39, (1, 3, 10, 20, 30, 100, 300)
TARGETS = ("swapped", "photograph")


def optimised(loss, start, iterations: int) -> dict:
    """The loss after some of the steps of Adam and of L-BFGS from `start`, and the seconds."""
    from style.minimise import minimise
    found = {}
    for name in ("adam", "lbfgs"):
        began, seconds, values = time.perf_counter(), [0.0], []

        def note(done, total, value, began=began, seconds=seconds, values=values):
            seconds.append(time.perf_counter() - began)
            values.append(value)
        image = minimise(loss, start, name, iterations, note)
        if name == "adam":                         # it reports the loss before each step
            values = [*values[1:], loss(image)[0]]
        for step in sorted({s for s in STEPS if s < len(values)} | {len(values)}):
            found[f"{name}, {step} steps"] = values[step - 1], seconds[step]
    return found


def inverted(loss, seen, networks: dict) -> dict:
    """The loss of each network's image of the activations and pixels `seen`, and the seconds of a
    second pass."""
    found = {}
    for name, network in networks.items():
        network(seen)
        began = time.perf_counter()
        image = np.clip(network(seen), -1, 1)
        found[f"network {name}"] = loss(image)[0], time.perf_counter() - began
    return found


def reading(run: str):
    """The network of a run as a function of activations and, behind them, pixels
    (`nets.inverse.squares`), which it reads if it repaints."""
    from nets.architectures.style import CHANNELS
    from style.trained import inverse_network
    network = inverse_network(run, newest_checkpoint(run))
    repaints = load_config(run).style.repaint
    return network if repaints else lambda seen: network(seen[..., :CHANNELS])


def measured(photo, style, phi, networks, iterations: int) -> dict:
    """(target, method) -> loss and seconds, for one photograph and one painting [1, H, W, 3]."""
    from nets.architectures.style import CHANNELS
    from nets.inverse import squares, window
    from nets.swap import style_swap
    from style.optimise import Reconstruction
    photo = photo[:, :photo.shape[1] // phi.scale * phi.scale,
                  :photo.shape[2] // phi.scale * phi.scale]
    own, found = phi(photo), {}
    swapped = style_swap(own, phi(style), carried=squares(style), window=window(3))
    unchanged = np.concatenate([own, squares(photo)], -1)
    for name, seen in zip(TARGETS, (swapped, unchanged), strict=True):
        target = seen[..., :CHANNELS]
        loss, zero = Reconstruction(phi, target, TV_WEIGHT), np.zeros_like(photo)
        loss(zero)                                            # compiled before any clock runs
        start = photo if name == "swapped" else zero
        rows = inverted(loss, seen, networks) | optimised(loss, start, iterations)
        rows[f"start ({'photograph' if name == 'swapped' else 'grey'})"] = loss(start)[0], 0.0
        found |= {(name, method): row for method, row in rows.items()}
    return found


def read(folder, size: int, limit: int) -> list:
    """The first `limit` (0: all) images of a folder, their longer side `size`."""
    from style.images import read as image
    files = folders.image_files(Path(folder))
    return [image(str(path), size) for path in files[:limit or None]]


def table(found: list[dict]) -> list[tuple]:
    """(target, method, mean loss, its standard error over pairs, median seconds)."""
    rows = []
    for key in found[0]:
        losses, seconds = np.array([pair[key] for pair in found if key in pair]).T
        error = losses.std(ddof=1) / np.sqrt(len(losses)) if len(losses) > 1 else float("nan")
        rows.append((*key, float(losses.mean()), float(error), float(np.median(seconds))))
    return sorted(rows, key=lambda row: (TARGETS.index(row[0]), row[2]))


def main(argv=None) -> None:
    about = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    about.add_argument("photos", help="folder of photographs")
    about.add_argument("styles", help="folder of paintings")
    about.add_argument("--runs", nargs="+", default=[], metavar="NAME=RUN")
    about.add_argument("--vgg_weights", default="imagenet")
    about.add_argument("--size", type=int, default=256, help="longer side (default: 256)")
    about.add_argument("--limit", type=int, default=0, help="of each folder; 0: all")
    about.add_argument("--iterations", type=int, default=100)
    about.add_argument("--output", default="", help=".csv file of the table")
    given = about.parse_args(argv)
    from nets.architectures.style import INVERTED
    from style.features import FeatureStrips
    runs = dict(pair.split("=", 1) for pair in given.runs)
    networks = {name: reading(run) for name, run in runs.items()}
    phi = FeatureStrips(INVERTED, given.vgg_weights)
    photos, styles = (read(folder, given.size, given.limit)
                      for folder in (given.photos, given.styles))
    pairs = [(photo, style) for style in styles for photo in photos]
    rows = table([measured(*pair, phi, networks, given.iterations)
                  for pair in tqdm(pairs, unit="pair", disable=not sys.stderr.isatty())])
    print(f"{len(photos)} photographs, {len(styles)} paintings, longer side {given.size}, "
          f"lambda {TV_WEIGHT}: loss (4.7), mean and standard error over pairs")
    print(f"{'target':12}{'method':24}{'loss':>12}{'error':>10}{'seconds':>10}")
    for target, method, loss, error, seconds in rows:
        print(f"{target:12}{method:24}{loss:>12.1f}{error:>10.1f}{seconds:>10.3f}")
    if given.output:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(
            [("target", "method", "loss", "standard_error", "seconds"), *rows])
        write_text(given.output, text.getvalue())


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")
