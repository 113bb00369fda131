"""Images that a program has drawn, kept for the next start: drawing twenty thousand digits and
their streets takes seconds, reading them a tenth of one."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from framework.cache import cache_folder
from framework.files import remove, replacing

LEAST = 2**22                   # bytes: fewer are drawn as fast as they are read
ROOM = 2**29                    # bytes of all that is kept; what was not read for longest goes


def drawn(name: str, key: object, sources: Sequence[str], draw: Callable[[], np.ndarray]
          ) -> np.ndarray:
    """What `draw()` gives, or what it gave before for the same `key`, which JSON can write.

    sources: the files of the program that draws; where one of them, numpy or OpenCV is another,
    all is drawn anew. Images that cannot be kept are drawn each time.
    """
    path = cache_folder() / "drawn" / f"{name}-{_digest(key, sources)}.npy"
    try:
        found = np.load(path, allow_pickle=False)
        os.utime(path)                  # read just now
        return found
    except (OSError, ValueError, EOFError):
        made = draw()
    if LEAST <= made.nbytes <= ROOM:
        with suppress(OSError):
            _keep(path, made)
    return made


def _digest(key: object, sources: Sequence[str]) -> str:
    found = hashlib.sha1(json.dumps([key, np.__version__, cv2.__version__]).encode())
    for source in sources:
        found.update(Path(source).read_bytes())
    return found.hexdigest()[:16]


def _keep(path: Path, images: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        np.save(temporary, images)
    newest = sorted(path.parent.glob("*.npy"), key=lambda each: -each.stat().st_mtime)
    room = ROOM
    for each in newest:
        room -= each.stat().st_size
        if room < 0:
            remove(each)
