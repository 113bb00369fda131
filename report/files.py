"""Files of which a page tells what it can: none of them, missing or damaged, breaks it."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any


def read_text(path: Path) -> str:
    """What the file holds; nothing where it is missing or cannot be read."""
    with suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return ""


def read_json(path: Path) -> Any:
    """What the JSON file holds; an empty dict where it is missing or damaged."""
    with suppress(ValueError, RecursionError):
        return json.loads(read_text(path) or "{}")
    return {}
