"""Time, memory and consistency of the ways to transfer style.

    python -m benchmarks.style time --vgg_weights FILE --sizes 256,300x500 [--inverse RUN] [...]
    python -m benchmarks.style swap --sizes 256,512
    python -m benchmarks.style spread CONTENT STYLE --vgg_weights FILE --seeds 8 --output FILE.png

`time` is table 4.1 of Chen's thesis, which has 300x500: every method on content and style of the
same size (rows x columns, or the side of a square), its seconds per iteration, those for all its
iterations and its peak memory. `swap` is the swap of activations alone, by both of its ways and by
the two convolutions of section 4.2.3. In both each measurement is a process of its own, the methods
alternate and medians are quoted; the images are noise, since what is in a picture costs nothing.
`spread` is figure 4.9: the standard deviation of the pixels over random initialisations, as the
optimisation goes on.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

ITERATIONS = {"swap": 100, "gatys": 500, "mrf": 200, "inverse": 1, "adain": 1}     # table 4.1's
WAYS = ("pixel", "patch", "convolutions")


def rows_and_columns(size: str) -> tuple[int, int]:
    """The height and width that "300x500", or "256" for a square, says."""
    rows, _, columns = size.partition("x")
    return int(rows), int(columns or rows)


def noise(sides, seed, channels=3):
    """An image [1, *sides, channels] in [-1, 1]."""
    import numpy as np

    random = np.random.default_rng(seed)
    return random.uniform(-1, 1, (1, *sides, channels)).astype("float32")


class Clock:
    """Seconds of the wall and of all cores since it was made; the second hardly depends on what
    else the machine does."""

    def __init__(self):
        self.began = time.perf_counter(), time.process_time()

    def read(self):
        return [now - then for now, then in zip((time.perf_counter(), time.process_time()),
                                                self.began, strict=True)]


def seconds(function) -> list[float]:
    """How long a call takes."""
    clock = Clock()
    function()
    return clock.read()


def method(name, sides, few, args) -> dict:
    """Seconds for what comes before the first iteration, and for each iteration: of a method with
    several resolutions the mean over `few` at each."""
    from style.methods import METHODS

    draw, content, styles = METHODS[name], noise(sides, 0), [noise(sides, 1)]
    if name in ("inverse", "adain"):
        options = {"run": getattr(args, name)}
        draw(content, styles, **options)                    # traced and loaded
        each = seconds(lambda: draw(noise(sides, 2), styles, **options))
        return {"before": [0.0, 0.0], "each": each}
    options = {"vgg_weights": args.vgg_weights}
    if name in ("gatys", "mrf"):
        options |= {"content_layers": args.content_layers,
                    "style_layers": {"gatys": args.style_layers, "mrf": args.patch_layers}[name]}
    draw(content, styles, **options, iterations=1)
    at, clock = [], Clock()
    draw(noise(sides, 2), styles, **options, iterations=few,
         progress=lambda *step: at.append(clock.read()))
    return {"before": at[0], "each": [(last - first) / max(1, len(at) - 1)
                                      for first, last in zip(at[0], at[-1], strict=True)]}


def swapped(way, sides, few, args) -> dict:
    """Seconds for a swap of the activations of images of `sides` at relu3_1, 3x3 patches."""
    import tensorflow as tf

    from nets.swap import Plan, style_swap

    positions = [side // 4 for side in sides]
    content, style = (tf.nn.relu(noise(positions, seed, 256)) for seed in (0, 1))
    if way == "convolutions":
        call = tf.function(convolutions, autograph=False)
    else:
        setattr(Plan, "by_pixel", way == "pixel")   # noqa: B010 (in place of a property)
        call = style_swap
    call(content, style)
    each = seconds(lambda: float(tf.reduce_sum(call(content, style))))
    return {"before": [0.0, 0.0], "each": each}


def convolutions(content, style):
    """Section 4.2.3 as printed: a convolution, an argmax to one-hot, a transposed convolution."""
    import tensorflow as tf

    height, width, channels = content.shape[1:]
    patches = tf.image.extract_patches(style, [1, 3, 3, 1], [1] * 4, [1] * 4, "VALID")
    filters = tf.transpose(tf.reshape(patches, (-1, 3, 3, channels)), (1, 2, 3, 0))
    unit = filters / (tf.norm(tf.reshape(filters, (9 * channels, -1)), axis=0) + 1e-8)
    scores = tf.nn.conv2d(content, unit, 1, "VALID")
    chosen = tf.one_hot(tf.argmax(scores, -1), scores.shape[-1])
    total, count = (
        tf.nn.conv2d_transpose(chosen, f, tf.constant([1, height, width, depth]), 1, "VALID")
        for f, depth in ((filters, channels), (tf.ones((3, 3, 1, filters.shape[-1])), 1)))
    return total / count


def alternated(kind, names, args):
    """Prints the medians of processes that take turns."""
    sizes = args.sizes.split(",")
    found = {(size, name): [] for size in sizes for name in names}
    for _ in range(args.rounds):
        for size, name in found:
            command = [sys.executable, "-m", "benchmarks.style", *sys.argv[1:], "--measure",
                       f"{kind},{name},{size}"]
            out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            found[size, name].append(json.loads(out.splitlines()[-1]))
    print(f"medians of {args.rounds} alternated rounds; load average {os.getloadavg()[0]:.1f} on "
          f"{os.cpu_count()} cores")
    print(f"{'size':>8} {'method':14}{'iterations':>11}{'s before':>10}{'s each':>9}"
          f"{'s in all':>10}{'core s each':>13}{'core s in all':>15}{'peak MiB':>10}")
    for (size, name), each in found.items():
        before, step = ([statistics.median(m[key][i] for m in each) for i in (0, 1)]
                        for key in ("before", "each"))
        peak, count = statistics.median(m["peak_mib"] for m in each), ITERATIONS.get(name, 1)
        wall, cores = (b + count * s for b, s in zip(before, step, strict=True))
        print(f"{size:>8} {name:14}{count:>11}{before[0]:>10.2f}{step[0]:>9.3f}{wall:>10.1f}"
              f"{step[1]:>13.3f}{cores:>15.1f}{peak:>10.0f}")


def spread(args):
    """Prints, and draws, how far the results from several seeds lie apart, as the figure
    swap-starts has it, of one's own images."""
    from figures import swap_starts
    from framework.plots import loss_plot
    from style import images
    from style.optimise import gatys_loss, swap_loss

    content, style = (images.read(path, args.size) for path in (args.content, args.style))
    losses = {"swap": (swap_loss(content, [style], vgg_weights=args.vgg_weights)[0], "adam"),
              "gatys": (gatys_loss(content, style, args.content_layers, args.style_layers,
                                   vgg_weights=args.vgg_weights), "lbfgs")}
    found = {name: swap_starts.spread(loss, optimizer, content, args.seeds, args.iterations)[0]
             for name, (loss, optimizer) in losses.items()}
    steps = found["swap"]["step"]
    print(f"standard deviation of the pixels (0..255) over {args.seeds} random initialisations, "
          f"{content.shape[2]}x{content.shape[1]}")
    print(f"{'iteration':>10}" + "".join(f"{name:>10}" for name in losses))
    for i, step in enumerate(steps):
        print(f"{step:>10}" + "".join(f"{columns['mean'][i]:>10.2f}" for columns in found.values()))
    if args.output:
        loss_plot(args.output, {"iteration": steps} | {
            f"standard deviation/{name}": columns["mean"] for name, columns in found.items()})


def main():
    """Parses and calls what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    timed, swaps, spreading = (kinds.add_parser(name) for name in ("time", "swap", "spread"))
    for each in (timed, swaps):
        each.add_argument("--sizes", default="256,512")
        each.add_argument("--rounds", type=int, default=3)
        each.add_argument("--measure", default="", help=argparse.SUPPRESS)
    timed.add_argument("--few", type=int, default=6, help="iterations that are timed")
    timed.add_argument("--methods", default="swap,gatys,mrf", help="that need no run")
    timed.add_argument("--patch_layers", default="", help="of mrf")
    timed.add_argument("--inverse", default="", help="run of an inverse network")
    timed.add_argument("--adain", default="", help="run of a style_vae")
    for each in (timed, spreading):
        each.add_argument("--vgg_weights", default="imagenet")
        each.add_argument("--content_layers", default="", help="of gatys and mrf")
        each.add_argument("--style_layers", default="", help="of gatys")
    for name in ("content", "style"):
        spreading.add_argument(name)
    spreading.add_argument("--seeds", type=int, default=8)
    spreading.add_argument("--size", type=int, default=128)
    spreading.add_argument("--iterations", type=int, default=100)
    spreading.add_argument("--output", default="", help="picture of the curves")
    args = parser.parse_args()
    if args.kind == "spread":
        return spread(args)
    if args.measure:
        kind, name, size = args.measure.split(",")
        measure = {"time": method, "swap": swapped}[kind]
        found = measure(name, rows_and_columns(size), getattr(args, "few", 1), args)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return print(json.dumps({**found, "peak_mib": peak}))
    names = WAYS if args.kind == "swap" else [*args.methods.split(","), *(
        name for name in ("inverse", "adain") if getattr(args, name))]
    return alternated(args.kind, names, args)


if __name__ == "__main__":
    main()
