"""The streams of translated images, and how much of an image is lost there and back.

Row i of what was generated in a domain is the translation of row i of the other domain's real
images, and row i of what returned to a domain is what became of its own real image.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from metrics.report import Result
from metrics.running import Mean
from metrics.streams import (
    Batch,
    Comparison,
    Shuffled,
    StreamSource,
    generated_stream,
    other_real_stream,
    real_stream,
)

Pass = Callable[[int, np.ndarray], tuple[np.ndarray, np.ndarray]]


def returned_stream(name: str) -> str:
    """The name of the stream of what real images of the domain `name` are after a translation and
    one back."""
    return f"returned {name}"


def translation_comparisons(names: Sequence[str]) -> list[Comparison]:
    """Of two domains: each image and its translation, the translations and the real images of a
    domain, real images of both, and of each."""
    first, second = names
    return [*(Comparison("pair", real_stream(a), generated_stream(b))
              for a, b in ((first, second), (second, first))),
            *(Comparison("own", generated_stream(a), real_stream(a)) for a in names),
            Comparison("baseline", real_stream(first), real_stream(second)),
            *(Comparison("floor", real_stream(a), other_real_stream(a)) for a in names)]


def translation_source(names: Sequence[str], there_and_back: Pass,
                       images: Sequence[Shuffled]) -> StreamSource:
    """The source of the real, translated and returned images of both domains.

    there_and_back: a function of a domain's number and its images to their translations, and to
    what these become in the domain again. images: the real ones of each domain, by position.
    """
    def rows(start: int, stop: int) -> Batch:
        found: Batch = {}
        for k, name in enumerate(names):
            real = images[k](start, stop)
            there, back = there_and_back(k, real)
            found |= {real_stream(name): real, generated_stream(names[1 - k]): there,
                      returned_stream(name): back}
        return found
    return rows


class CycleError:
    """Of each domain the mean over pixels of |back - image|, of values in [-1, 1], and the mean
    share of an image's variance that is lost.

    lost: a function of images back and images [N, H, W, C] to that share, [N]. distinct: how many
    different images each stream has.
    """

    def __init__(self, names: Sequence[str], lost: Callable, distinct: Mapping[str, int]):
        self.names, self.lost, self.distinct = names, lost, distinct
        self.means = {name: Mean() for name in names}

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams; repeats of real images are ignored."""
        for name, mean in self.means.items():
            left = self.distinct[real_stream(name)] - mean.count
            image, back = (batch[stream(name)][:left] for stream in (real_stream, returned_stream))
            if len(image):
                apart = np.abs(back - image).mean((1, 2, 3), dtype=np.float64)
                mean.add(np.stack([apart, self.lost(back, image)], 1))

    def results(self) -> list[Result]:
        """Two rows for each domain."""
        return [Result(metric, returned_stream(name), float(value), float(error), mean.count)
                for name, mean in self.means.items()
                for metric, value, error in zip(("cycle error", "lost"), mean.value, mean.error,
                                                strict=True)]
