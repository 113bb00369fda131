"""Small data sets of the tests' own making."""

import cv2
import numpy as np
import pytest


@pytest.fixture
def write_npz():
    """Writes NAME.npz with 40 training and 20 test digits; image i starts with pixel i."""
    def write(folder, name="mnist", **replaced):
        rng = np.random.default_rng(0)
        shape = (28, 28) if name == "mnist" else (32, 32, 3)
        arrays = {}
        for split, count, base in (("train", 40, 0), ("test", 20, 100)):
            images = rng.integers(0, 256, (count, *shape), np.uint8)
            images.reshape(count, -1)[:, 0] = np.arange(count) + base
            arrays[f"{split}_images"] = images
            arrays[f"{split}_labels"] = (np.arange(count) % 10).astype(np.uint8)
        arrays.update(replaced)
        np.savez(folder / f"{name}.npz",
                 **{key: array for key, array in arrays.items() if array is not None})
        return arrays
    return write


@pytest.fixture
def write_images():
    """Writes `count` plain PNGs into a folder; image i has the RGB colour (base + i, 0, 9)."""
    def write(folder, count, base=0, size=(12, 12), suffix=".png"):
        folder.mkdir(parents=True, exist_ok=True)
        for i in range(count):
            bgr = np.empty((*size, 3), np.uint8)
            bgr[:] = (9, 0, base + i)
            cv2.imwrite(str(folder / f"{i:03d}{suffix}"), bgr)
        return folder
    return write
