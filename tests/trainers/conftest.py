"""Small pictures of photographs and paintings."""

import cv2
import numpy as np
import pytest


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """The --dataset of five photographs and four paintings of 20 pixels."""
    rng, folders = np.random.default_rng(8), []
    for name, count in (("photos", 5), ("paintings", 4)):
        folder = tmp_path_factory.mktemp(name)
        for k in range(count):
            coarse = rng.integers(0, 256, (5, 5, 3), np.uint8)
            cv2.imwrite(str(folder / f"{k}.png"), cv2.resize(coarse, (20, 20)))
        folders.append(str(folder))
    return "folder:" + ",".join(folders)
