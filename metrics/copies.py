"""Whether generators draw the images that they were trained on.

A copy lies much nearer to one training image than to all others; a new image, a blurred one too,
lies about as near to several. So an image's score is its distance to the nearest training image,
over the mean distance to the next ones (Carlini et al. 2023 scale by the neighbours likewise).
What scores a new image has, held-out images tell (Meehan et al. 2020 compare with them): the
copies are the generated images with a score that only SHARE of the held-out ones fall below.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from framework.progress import progress
from metrics.extremes import draw_row
from metrics.nearest import SMALL_PIXELS, nearest, small_pixels
from metrics.report import Result
from metrics.running import Extremes
from metrics.streams import (
    Batch,
    Comparison,
    ImageSequence,
    Shuffled,
    generated_stream,
    real_stream,
)

SHARE = 0.05                    # of held-out images that count as copies too
OTHERS = 5                      # neighbours after the nearest
MOST_TRAINING, MOST_HELD_OUT = 10_000, 2000     # images that are read of a domain
FEWEST_HELD_OUT = 20            # below that, training images stand in for them
FEWEST_TRAINING = 3
READ = 500                      # images at once


def scores(distances: np.ndarray) -> np.ndarray:
    """[N] from the distances [N, 1 + others] to the nearest rows in order: the first over the mean
    of the others, 0..1; 1 where all are zero, in which no image is nearer than another."""
    mean = distances[:, 1:].mean(1)
    return np.where(mean > 0, distances[:, 0] / np.where(mean > 0, mean, 1), 1.0)


class OfDomain:
    """The training images of one domain and the score below which an image is a copy.

    training, held_out: images; at most MOST_TRAINING and MOST_HELD_OUT of them, drawn by `seed`,
    are read now. held_out: None for none; where there are fewer than FEWEST_HELD_OUT, the training
    images themselves stand in for them, each compared with all others.
    """

    def __init__(self, name: str, training: ImageSequence, held_out: ImageSequence | None,
                 seed: int, keep: int):
        self.of = Comparison("own", generated_stream(name), real_stream(name))
        self.count = min(MOST_TRAINING, len(training))
        self.others, self.found = min(OTHERS, self.count - 2), []
        self.images, self.extremes = Shuffled(training, seed), Extremes(keep)
        if self.count < FEWEST_TRAINING:
            return
        self.rows = _rows(self.images, self.count, f"reading training images of {name}")
        few = held_out is None or len(held_out) < FEWEST_HELD_OUT
        some = self.rows[:MOST_HELD_OUT] if held_out is None or few else _rows(
            Shuffled(held_out, seed), min(MOST_HELD_OUT, len(held_out)),
            f"reading held-out images of {name}")
        self.held_out = scores(nearest(some, self.rows, 1 + self.others, few)[0])
        self.threshold = np.quantile(self.held_out, SHARE)
        self.beside = (f"among themselves, since {0 if held_out is None else len(held_out)} are "
                       f"held out" if few else f"beside {len(some)} held-out ones")

    def add(self, images: np.ndarray) -> None:
        """Scores generated images [n, H, W, C]."""
        if self.count < FEWEST_TRAINING:
            return
        distances, where = nearest(small_pixels(images), self.rows, 1 + self.others)
        found = scores(distances)
        self.found.append(found)
        self.extremes.add(found, lambda i: (np.array(images[i]), int(where[i, 0])))

    def result(self) -> Result:
        """The share of copies, 0..1; its error counts that the threshold is an estimate too."""
        if self.count < FEWEST_TRAINING:
            return Result("copies", self.of, by=SMALL_PIXELS,
                          note=f"needs {FEWEST_TRAINING} training images or more")
        found = np.concatenate(self.found)
        share = float(np.mean(found < self.threshold))
        error = np.sqrt(share * (1 - share) / len(found)
                        + SHARE * (1 - SHARE) / len(self.held_out))
        return Result("copies", self.of, share, float(error), len(found), SMALL_PIXELS,
                      f"nearest of {self.count} training images, {self.beside}, of which "
                      f"{100 * SHARE:.0f} % count as copies too")

    def picture(self) -> np.ndarray | None:
        """The generated images of the lowest scores, each above the training image that is
        nearest to it, uint8 [H, W, 3]; None where there are none."""
        lowest = self.extremes.lowest
        if not lowest:
            return None
        drawn = np.stack([image for _, (image, _) in lowest])
        real = np.concatenate([self.images(i, i + 1) for _, (_, i) in lowest])
        return draw_row([f"{score:.2f}" for score, _ in lowest], [drawn, real])


class Copies:
    """The share of generated images in each domain that are copies of training images.

    training: images by the names of the domains. held_out: the same of images that no training
    saw; without a domain where it has none. keep: how many pairs are drawn.
    """

    def __init__(self, training: Mapping[str, ImageSequence],
                 held_out: Mapping[str, ImageSequence], seed: int = 0, keep: int = 8):
        self.domains = {name: OfDomain(name, images, held_out.get(name), seed, keep)
                        for name, images in training.items()}

    def add(self, batch: Batch) -> None:
        """Adds a batch of all streams."""
        for name, domain in self.domains.items():
            domain.add(batch[generated_stream(name)])

    def results(self) -> Sequence[Result]:
        """One row for each domain; a note says what it was compared with."""
        return [domain.result() for domain in self.domains.values()]

    def pictures(self) -> dict[str, np.ndarray]:
        """By the domains' names; see `OfDomain.picture`."""
        return {name: picture for name, domain in self.domains.items()
                if (picture := domain.picture()) is not None}


def _rows(images, count, name):
    rows = []
    with progress(count, name, "images") as bar:
        for start in range(0, count, READ):
            stop = min(start + READ, count)
            rows.append(small_pixels(images(start, stop)))
            bar.update(stop - start)
    return np.concatenate(rows)
