"""`main.py evaluate --folders A B`: any two folders or zip files of images."""

import math
from collections.abc import Sequence
from pathlib import Path

from data.decode import decode
from data.folders import ImageFiles, image_files
from framework.errors import UserError
from framework.files import writable_folder
from metrics.report import format_results
from metrics.streams import Comparison, Shuffled, stream_source
from trainers.evaluation import distance_of, extractor_of, of_streams, run_measures, write_report

SMALLEST = 8


def main(first: str, second: str, *, image_size: int = 0, output: str = "",
         metrics: Sequence[str] = (), samples: int = 2000, seed: int = 1, lpips_net: str = "alex",
         lpips_weights: str = "", extractor: str = "", extractor_weights: str = "") -> None:
    """Compares the images in `first` and in `second`; prints the figures and keeps them in the
    folder `output`, if one is named.

    Images are taken in the order of their paths. Where both sides have equally many, those at
    the same place are pairs; else pairs are random. Raises UserError for places that cannot be
    read and where nothing can be measured.
    """
    metrics = metrics or ("lpips",) * bool(lpips_weights) + ("kid", "swd", "prdc")
    if extractor == "classifier":
        raise UserError("folders have no labels that a classifier could learn; use --extractor "
                        "squeeze, inception or pixels")
    folder = writable_folder(output) if output else Path()
    places = [Path(place).expanduser() for place in (first, second)]
    found = [image_files(place) for place in places]
    size = image_size or min(min(decode(each[0]).shape[:2]) for each in found)
    if size < SMALLEST:
        raise UserError(f"image_size must be at least {SMALLEST}, not {size}")
    names = titles(places)
    images = [ImageFiles(each, size, broken_share=0) for each in found]     # pairs stay pairs
    sources, counts = streams(names, images, seed, samples)
    compared = [Comparison("folders", *names),
                *(Comparison("floor", name, f"other {name}") for name in names)]
    distance = distance_of(metrics, lpips_net, lpips_weights)
    net = extractor_of(metrics, extractor or "pixels", extractor_weights)
    measures = of_streams(metrics, compared, counts, distance, seed, net)
    rows = min(samples, max(map(len, found)))
    results = run_measures(measures, sources, rows, (size, size, 3))
    if all(math.isnan(row.value) for row in results):
        raise UserError(f"nothing can be measured of {len(found[0])} and {len(found[1])} images: "
                        f"{results[0].note}")
    if not output:
        return print(format_results(results))
    settings = {"image_size": size, "seed": seed}
    report = {"folders": [str(place) for place in places],
              "images": [len(each) for each in found], **settings, "metrics": list(metrics),
              "results": [row.as_dict(**settings) for row in results]}
    write_report(folder, report, results, measures)


def titles(places: Sequence[Path]) -> list[str]:
    """Short names for the two sides: what differs in their paths."""
    names = [place.stem for place in places]
    return names if names[0] != names[1] else [f"{names[0]} {k}" for k in (1, 2)]


def streams(names: Sequence[str], images: Sequence, seed: int, samples: int) -> tuple[list, dict]:
    """Sources of both sides, each in two orders, and how many different images each has.

    Folders of equal length get the same order, so that equal places stay pairs.
    """
    sources, counts = [], {}
    for name, each in zip(names, images, strict=True):
        for stream, apart in ((name, False), (f"other {name}", True)):
            sources.append(stream_source(stream, Shuffled(each, seed, apart)))
            counts[stream] = min(samples, len(each) // 2 if apart else len(each))
    return sources, counts
