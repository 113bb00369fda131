"""How long measures and style losses take beside the usual packages, and that both find the same.

    python -m benchmarks.measures                       KID, PRDC, LPIPS, Gatys' loss, style swap
    python -m benchmarks.measures --what lpips,gatys --lpips_weights FOLDER --vgg_weights FILE

Beside ours: torch-fidelity's KID, prdc, lpips, and the loss of Gatys et al. and the swap of patches
as one writes them in PyTorch (`benchmarks.torch_measures`), by the interpreter that
SCOGAN_TORCH_PYTHON names. Both read the same arrays from a file; each measurement is a process of
its own, they take turns, and medians are quoted. Weights are random unless they are named.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks import machine, peer_plan
from benchmarks.clock import repeated, resident_mib
from benchmarks.mistakes import one_line
from benchmarks.rounds import answered
from framework.errors import UserError
from framework.quiet import quiet

Arrays = Mapping[str, np.ndarray]
Calls = tuple[Callable[[], object], Callable[[], list[float]]]      # warms up, measures
WIDTH = 2048                    # of Inception's features
CONTENT_LAYER = "block3_conv2"
STYLE_LAYERS = ("block1_conv1", "block2_conv1", "block3_conv1")
EVALUATIONS = 20                # of the loss of Gatys et al. in a call


class Measure(NamedTuple):
    """A row of the table. what: is compared with what. arrays: a function of the arguments to the
    arrays that both read. calls: a function of these to our way."""

    what: str
    arrays: Callable[[Any], dict]
    calls: Callable[[Arrays], Calls]


def features(count: int) -> dict[str, np.ndarray]:
    """Two sets of rows that are as unlike as Inception's of two sets of images: not negative."""
    random = np.random.default_rng(0)
    return {name: np.abs(random.standard_normal((count, WIDTH)) + shift).astype("float32")
            for name, shift in (("x", 0.0), ("y", 0.1))}


def images(count: int, sides: tuple[int, int], names: tuple[str, str]) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {name: random.uniform(-1, 1, (count, *sides, 3)).astype("float32") for name in names}


def kid_calls(arrays: Arrays) -> Calls:
    from metrics.kernel import kid

    x, y = arrays["x"], arrays["y"]
    return lambda: kid(x[:100], y[:100]), lambda: [kid(x, y).value]


def prdc_calls(arrays: Arrays) -> Calls:
    from metrics.manifold import prdc

    x, y = arrays["x"], arrays["y"]
    return lambda: prdc(x[:100], y[:100]), lambda: list(prdc(x, y).values())


def lpips_arrays(args, side: int) -> dict:
    from metrics.backbones import random_weights
    from metrics.lpips import RANDOM
    from metrics.weights import load_backbone, load_linear

    folder = args.lpips_weights
    if folder == RANDOM:
        weights = random_weights("squeeze")
        linear = [np.ones(channels) for channels in (64, 128, 256, 384, 384, 512, 512)]
    else:
        weights, linear = load_backbone("squeeze", folder)[0], load_linear("squeeze", folder)[0]
    return images(64, (side, side), ("a", "b")) | {"folder": np.array(folder)} | {
        f"weights/{name}": value for name, value in weights.items()} | {
        f"linear/{i}": value.astype("float32") for i, value in enumerate(linear)}


def lpips_calls(arrays: Arrays) -> Calls:
    from metrics.lpips import LPIPS

    measure, a, b = LPIPS("squeeze", str(arrays["folder"])), arrays["a"], arrays["b"]
    return lambda: measure(a, b), lambda: [float(measure(a, b).mean())]


def vgg_arrays(args) -> dict:
    from nets.vgg import VGGFeatures

    model = VGGFeatures((CONTENT_LAYER, *STYLE_LAYERS), args.vgg_weights).model
    weights = {layer.name: layer.get_weights() for layer in model.layers if layer.get_weights()}
    named = {"layers": np.array([CONTENT_LAYER, *STYLE_LAYERS]), "evaluations": EVALUATIONS,
             "vgg_weights": np.array(args.vgg_weights)}
    return images(1, (args.side, args.side), ("content", "style")) | named | {
        f"weights/{name}/{part}": value for name, both in weights.items()
        for part, value in zip(("kernel", "bias"), both, strict=True)}


class Enough(Exception):
    """So many evaluations were asked for."""


def gatys_calls(arrays: Arrays) -> Calls:
    """So many evaluations of L-BFGS; found are value and length of the gradient at the start."""
    from style.minimise import minimise
    from style.optimise import gatys_loss

    content, (of_content, *of_style) = arrays["content"], arrays["layers"]
    loss = gatys_loss(content, arrays["style"], str(of_content), ",".join(of_style),
                      vgg_weights=str(arrays["vgg_weights"]))
    value, gradient = loss(content)

    def call():
        left = int(arrays["evaluations"])

        def counted(image):
            nonlocal left
            if not left:
                raise Enough
            left -= 1
            return loss(image)
        with suppress(Enough):
            minimise(counted, content, "lbfgs", left + 1)
            raise RuntimeError(f"L-BFGS stopped {left} evaluations before the end")
        return [value, float(np.linalg.norm(gradient))]
    return lambda: loss(content), call


def swap_arrays(args) -> dict:
    random, side = np.random.default_rng(0), args.side // 4
    return {name: np.maximum(random.standard_normal((1, side, side, 256)), 0).astype("float32")
            for name in ("content", "style")}


def swap_calls(arrays: Arrays) -> Calls:
    from nets.swap import style_swap

    def call():
        swapped = np.asarray(style_swap(arrays["content"], arrays["style"]))
        return [float(swapped.mean()), float(np.linalg.norm(swapped))]
    return call, call


MEASURES = {
    "kid": Measure("KID, 10000 x 2048, blocks as each has them", lambda _: features(10000),
                   kid_calls),
    "kid_block": Measure("KID of one block, 1000 x 2048", lambda _: features(1000), kid_calls),
    "prdc": Measure("PRDC, 4000 x 2048, k 5", lambda _: features(4000), prdc_calls),
    "lpips64": Measure("LPIPS (squeeze), 64 pairs of 64x64", lambda args: lpips_arrays(args, 64),
                       lpips_calls),
    "lpips128": Measure("LPIPS (squeeze), 64 pairs of 128x128",
                        lambda args: lpips_arrays(args, 128), lpips_calls),
    "gatys": Measure(f"Gatys, {EVALUATIONS} evaluations of L-BFGS", vgg_arrays, gatys_calls),
    "swap": Measure("swap of 3x3 patches at relu3_1", swap_arrays, swap_calls),
}


def measurement(command: list[str], threads: int) -> dict:
    """What a process answers in its last line. Raises RuntimeError with its complaint."""
    found = answered(command, threads)
    if "failure" in found:
        raise RuntimeError(found["failure"])
    return found


def compared(name: str, args) -> dict[str, list[dict]]:
    """The answers of both ways, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "arrays.npz")
        with quiet():
            np.savez(file, **MEASURES[name].arrays(args))
        told = [name, file, str(args.seconds)]
        commands = {"ours": [sys.executable, "-m", "benchmarks.measures", "--measure", *told],
                    "theirs": [peer_plan.python(), "-m", "benchmarks.torch_measures", *told]}
        found = {way: [] for way in commands}
        for _ in range(args.rounds):
            for way, command in commands.items():
                found[way].append(measurement(command, args.threads))
    return found


def print_row(name: str, found: dict[str, list[dict]]) -> None:
    ours, theirs = found["ours"], found["theirs"]

    def ratio(key):
        return median(b[key] / a[key] for a, b in zip(ours, theirs, strict=True))
    middle = [median(each["seconds"] for each in way) for way in (ours, theirs)]
    print(f"{MEASURES[name].what:46}{middle[0]:>9.3f}{middle[1]:>9.3f}{ratio('seconds'):>8.2f}"
          f"{ratio('core_seconds'):>9.2f}{median(each['peak_mib'] for each in ours):>7.0f}"
          f"{median(each['peak_mib'] for each in theirs):>7.0f}")
    for way in ("ours", "theirs"):
        values = " ".join(f"{value:.7g}" for value in found[way][-1]["value"])
        print(f"  {way:7}{values}", flush=True)


def run(args) -> None:
    interpreter = peer_plan.python()
    if why := peer_plan.missing(interpreter):
        raise UserError(why)
    for name in args.what.split(","):
        if name not in MEASURES:
            raise UserError(f"--what: {name!r} is none of {', '.join(MEASURES)}")
    print(machine.described(args.threads, machine.free_share(args.threads)))
    print(f"medians of {args.rounds} alternated rounds; weights of LPIPS: {args.lpips_weights}, "
          f"of VGG: {args.vgg_weights}; pictures of {args.side}x{args.side}")
    print(f"{'':46}{'ours s':>9}{'theirs s':>9}{'ratio':>8}{'of cores':>9}{'MiB':>7}{'MiB':>7}",
          flush=True)
    for name in args.what.split(","):
        try:
            print_row(name, compared(name, args))
        except RuntimeError as error:
            print(f"{MEASURES[name].what}: failed: {error}", flush=True)


def parsed(argv):
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measures", allow_abbrev=False,
                                     description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--what", default=",".join(MEASURES), help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--lpips_weights", default="random", help="folder of SqueezeNet's weights")
    parser.add_argument("--vgg_weights", default="random", help="file of VGG19's weights")
    parser.add_argument("--side", type=int, default=256, help="of the pictures of gatys and swap")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2, help="least time of a measurement")
    parser.add_argument("--threads", type=int, default=machine.cores())
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def main(argv):
    args = parsed(argv)
    if args.measure:
        name, file, least = args.measure
        with np.load(file) as held:
            arrays = {key: held[key] for key in held.files}
        warm, call = MEASURES[name].calls(arrays)
        found = repeated(warm, call, float(least))
        return print(json.dumps(found | {"peak_mib": resident_mib()}))
    with one_line():
        run(args)


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main(sys.argv[1:])
