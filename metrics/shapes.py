"""Features of shape without colour, which no net was trained to find: edges and self-similarity.

Both see the grey image on a coarse grid of places, from edge to edge of the image, so that an
image and its negative, its outlines or its repainted copy have much in common.
"""

import cv2
import numpy as np

from metrics.features import FeatureExtractor

GRID = 8                        # places in a row
DIRECTIONS = 8                  # of edges, over half a turn: an edge and its negative are alike
FAINT = 0.02                    # gradient, in units of the range of pixels, that is no edge
FAINT_SHADE = 0.03              # difference from the image's mean that is none
LEAST = 0.05                    # under a norm: what is fainter stays small


def edge_energy(grey: np.ndarray) -> np.ndarray:
    """How strong the edges of each direction are at each pixel of a grey image [H, W] in [0, 1]:
    float32 [H, W, DIRECTIONS]."""
    smooth = cv2.GaussianBlur(grey, (0, 0), max(grey.shape) / 64)
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *order, ksize=3, scale=1 / 8)
                    for order in ((1, 0), (0, 1)))
    strength = np.maximum(np.hypot(across, down) - FAINT, 0)
    place = np.mod(np.arctan2(down, across) / np.pi, 1)[..., None] * DIRECTIONS
    apart = np.abs(place - np.arange(DIRECTIONS))
    near = np.maximum(1 - np.minimum(apart, DIRECTIONS - apart), 0)
    return strength[..., None] * near.astype(np.float32)


def on_grid(maps: np.ndarray) -> np.ndarray:
    """Maps [H, W, C], averaged around the places of the grid: [GRID, GRID, C]."""
    smooth = cv2.GaussianBlur(maps, (0, 0), 0.5 * max(maps.shape[:2]) / GRID)
    found = cv2.resize(smooth, (GRID, GRID), interpolation=cv2.INTER_AREA)
    return found.reshape(GRID, GRID, -1)


def edge_features(grey: np.ndarray) -> np.ndarray:
    """The edges of a grey image [H, W] by direction and place, [GRID^2 DIRECTIONS]: roots of the
    mean strengths, so that a strong edge does not hide the others, at length 1, so that contrast
    does not count (Dalal and Triggs 2005)."""
    found = np.sqrt(on_grid(edge_energy(grey))).ravel()
    return found / np.sqrt(np.sum(found**2) + LEAST**2)


def self_similarity(grey: np.ndarray) -> np.ndarray:
    """The cosines between what is at each two places of a grey image [H, W] (F-LSeSim, Zheng et
    al. 2021, with patches in the place of a net): [GRID^2 (GRID^2 - 1) / 2].

    A place is described by its brightness, the strength of its edges and their directions, each
    less its mean over the image: an image and its negative are the same.
    """
    energy = on_grid(edge_energy(grey))
    shade = on_grid(grey) - grey.mean()
    shade = np.sign(shade) * np.maximum(np.abs(shade) - FAINT_SHADE, 0)
    rows = np.concatenate([2 * shade, np.sqrt(energy)], -1).reshape(GRID**2, -1)
    rows = rows - rows.mean(0)
    unit = rows / np.sqrt((rows**2).sum(1, keepdims=True) + LEAST**2)
    return (unit @ unit.T)[np.triu_indices(GRID**2, 1)]


def greys(images: np.ndarray) -> np.ndarray:
    """Images [N, H, W, C] in [-1, 1] without colour, float32 [N, H, W] in [0, 1]."""
    return (np.asarray(images, np.float32).mean(-1) + 1) / 2


def edges() -> FeatureExtractor:
    """Finds `edge_features` of images."""
    return FeatureExtractor("edges", lambda images: np.stack(
        [edge_features(grey) for grey in greys(images)]))


def similarities() -> FeatureExtractor:
    """Finds the `self_similarity` of images."""
    return FeatureExtractor("self-similarity", lambda images: np.stack(
        [self_similarity(grey) for grey in greys(images)]))
