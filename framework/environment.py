"""What a run is computed by: versions, commit, processor and devices, kept in its config.json.

A run is exact to the last bit only as long as these stay.
"""

import platform
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

from framework.processor import cores, described

PACKAGES = ("tensorflow", "keras", "numpy", "opencv-python-headless", "scipy", "pillow")
GIT_SECONDS = 5                 # that git may take to answer


@cache
def environment() -> dict[str, str]:
    """Name -> value of all that the bits of a run follow from beside its options. Imports no
    TensorFlow, so devices are not in it."""
    return {**{name: version for name, version in versions().items() if version},
            "commit": commit(), "system": f"{platform.system()} {platform.machine()}",
            "processor": described(), "cores": str(cores())}


def versions() -> dict[str, str]:
    """Name -> version of Python and of PACKAGES, none of which is imported; empty for one that is
    not installed."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def commit() -> str:
    """The commit of this program, with a + where files differ from it; empty without git."""
    folder = Path(__file__).parents[1]
    if not (folder / ".git").exists():
        return ""
    try:
        words = ["git", "-C", str(folder), "describe", "--always", "--dirty=+", "--exclude=*"]
        done = subprocess.run(words, capture_output=True, text=True, timeout=GIT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def changes(before: dict[str, str], now: dict[str, str]) -> list[str]:
    """One phrase for each value that is another than before."""
    return [f"{name} was {before[name]} and is {now.get(name) or 'unknown'}"
            for name in before if before[name] != now.get(name)]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
