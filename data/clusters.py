"""Pseudo-classes of images without labels: clusters of their edges, over all domains at once.

An image is described by the directions of its edges (Dalal and Triggs 2005, without the sign of
a direction), so that colour, brightness and dark-on-light or light-on-dark do not count. What
all images of a domain have in common is removed (its mean and standard deviation), else the
clusters would be the domains. k-means of the union then groups images that show alike shapes.
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from data.domain import Domain
from framework.errors import UserError

SIDE, CELL = 32, 4                      # pixels: an image as it is seen, and a cell
DIRECTIONS = 8                          # bins of the 180 degrees
SPREAD = 2.0                            # pixels, over which a cell collects edges
LEAST = 0.02                            # added to a deviation, beside entries of about 0.04
FITTED = 5000                           # images of a domain that the centres follow from
READ = 500                              # images that are read at once
TRIES, STEPS = 4, 60                    # of k-means: starts, and most steps of each


class Clusters(NamedTuple):
    """centres: [K, 512]. means, deviations: per domain [512], of its images' edge histograms."""

    centres: np.ndarray
    means: list[np.ndarray]
    deviations: list[np.ndarray]

    def labels(self, images: np.ndarray, domain: int) -> np.ndarray:
        """The nearest centre of each image of the domain with this number, int32 [N] in 0..K - 1.
        images: [N, H, W, C] as stored, in memory or read on demand."""
        rows = standardised(edge_histograms(images), self.means[domain], self.deviations[domain])
        return nearest(rows, self.centres)


def edge_histograms(images: np.ndarray) -> np.ndarray:
    """Edge directions by place, float32 [N, 8 * 8 * 8] in [0, 1], rows of length 1.

    images: uint8 [N, H, W, C], in memory or read on demand; they are seen at SIDE x SIDE. A bin
    holds the root of the strength of the edges of its direction near its cell. The row of an
    image without edges is 0.
    """
    parts = range(0, len(images), READ)
    return np.concatenate([np.stack([_edges(image) for image in images[
        np.arange(start, min(start + READ, len(images)))]]) for start in parts])


def _edges(image: np.ndarray) -> np.ndarray:
    """The row of one image [H, W, C]."""
    how = cv2.INTER_AREA if min(image.shape[:2]) > SIDE else cv2.INTER_LINEAR
    image = cv2.resize(image, (SIDE, SIDE), interpolation=how).reshape(SIDE, SIDE, -1)
    across, down = (cv2.Sobel(image, cv2.CV_32F, *axis).reshape(image.shape)
                    for axis in ((1, 0), (0, 1)))
    # The direction in which the colours change most, of all channels (Di Zenzo 1986).
    xx, xy, yy = ((a * b).sum(-1) for a, b in ((across, across), (across, down), (down, down)))
    place = DIRECTIONS * ((np.arctan2(2 * xy, xx - yy) / (2 * np.pi)) % 1)
    lower, share, strength = np.floor(place).astype(int), place % 1, np.sqrt(xx + yy)
    bins = np.zeros((SIDE, SIDE, DIRECTIONS), np.float32)
    for at, part in ((lower, 1 - share), (lower + 1, share)):
        chosen = (at % DIRECTIONS)[..., None]
        np.put_along_axis(bins, chosen, np.take_along_axis(bins, chosen, -1)
                          + (part * strength)[..., None], -1)
    cells = cv2.GaussianBlur(bins, (0, 0), SPREAD)[CELL // 2::CELL, CELL // 2::CELL]
    row = np.sqrt(cells).ravel()
    return row / max(float(np.linalg.norm(row)), 1e-6)


def standardised(rows: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    """Rows [N, D] less their domain's mean, by its deviation and LEAST: places that never hold
    an edge must not count as much as others."""
    return (rows - mean) / (deviation + LEAST)


def nearest(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Which of the centres [K, D] is nearest to each of the rows [N, D], int32 [N]."""
    return np.argmin((centres**2).sum(1) - 2 * rows @ centres.T, 1).astype(np.int32)


def kmeans(rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Centres [count, D] of the rows [N, D], the best of TRIES starts of k-means++ (Arthur and
    Vassilvitskii 2007); they follow from the rows and the seed.

    Raises UserError where fewer than `count` rows differ.
    """
    from scipy.cluster.vq import ClusterError, kmeans2

    different = len(np.unique(rows, axis=0))
    if different < count:
        raise UserError(f"{count} clusters need as many different images, and there are "
                        f"{different}; lower --clusters")
    best, least = None, np.inf
    for start in range(TRIES):
        rng = np.random.default_rng([seed, start])
        try:
            centres, labels = kmeans2(rows, count, iter=STEPS, minit="++", missing="raise", rng=rng)
        except ClusterError:            # a centre lost all its rows: this start is none
            continue
        spread = float(((rows - centres[labels])**2).sum())
        if spread < least:
            best, least = centres, spread
    if best is None:
        raise UserError(f"{count} clusters are too many: k-means leaves some of them empty; "
                        "lower --clusters")
    return best


def find_clusters(domains: Sequence[Domain], count: int, seed: int) -> Clusters:
    """`count` clusters of the first FITTED images of each domain. Raises UserError for points
    and where fewer images than `count` differ."""
    for d in domains:
        if len(d.images.shape) != 4:
            raise UserError(f"clusters are of images, and {d.name} holds points")
    fitted = [edge_histograms(d.images[np.arange(min(FITTED, len(d)))]) for d in domains]
    means, deviations = [x.mean(0) for x in fitted], [x.std(0) for x in fitted]
    union = np.concatenate([standardised(*each) for each in zip(fitted, means, deviations,
                                                                strict=True)])
    return Clusters(kmeans(union, count, seed), means, deviations)
