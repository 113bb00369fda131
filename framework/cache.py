"""Where things are kept that are made once: classifiers, and what is pruned by them.

Without TensorFlow, so that what is there already is found at once.
"""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

MAX_NAMES = 100                 # characters of a file's name that are the domains'


def cache_folder() -> Path:
    """$SCOGAN_CACHE, or scogan/ in the user's cache folder."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(os.environ.get("SCOGAN_CACHE") or Path(home) / "scogan")


def file_name(domains: Sequence, *settings: object) -> str:
    """A name for what follows from labelled domains and settings: the domains' names and a
    digest of their sizes, their labels and the settings."""
    described = [[d.name, [int(n) for n in d.images.shape],
                  hashlib.sha1(np.ascontiguousarray(d.labels).tobytes()).hexdigest()]
                 for d in domains]
    key = json.dumps([described, *settings])
    names = re.sub(r"[^\w+.-]+", "-", "+".join(d.name for d in domains))
    return names[:MAX_NAMES] + "-" + hashlib.sha1(key.encode()).hexdigest()[:8]
