"""The files of checkpoints by their names, found without TensorFlow."""

import re
from collections.abc import Collection
from pathlib import Path

LIST = "checkpoint"             # the file in which TensorFlow's own tools look for the newest


def found_checkpoints(folder: Path) -> list[Path]:
    """The prefixes folder/ckpt-N of the checkpoints in `folder`, the newest first."""
    return [path for path in numbered_checkpoints(folder).values()
            if path.with_name(f"{path.name}.index").is_file()]


def numbered_checkpoints(folder: Path) -> dict[int, Path]:
    """Iterations N -> prefix folder/ckpt-N, the newest first; also of those that LIST names and
    that lack a file. One without an .index that is not listed was never finished."""
    numbers = {_number(path.name) for path in folder.glob("ckpt-*.index")} | _listed(folder)
    known = sorted((n for n in numbers if n is not None), reverse=True)
    return {n: folder / f"ckpt-{n}" for n in known}


def files_of(folder: Path, but: Collection[Path]) -> list[Path]:
    """The files of all checkpoints in `folder` but those with the prefixes `but`."""
    names = {path.name for path in but}
    return [path for path in folder.glob("ckpt-*.*") if path.name.split(".")[0] not in names]


def _listed(folder: Path) -> set[int | None]:
    try:
        text = (folder / LIST).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    return {_number(name) for name in re.findall(r'"(ckpt-[^"]*)"', text)}


def _number(name: str) -> int | None:
    digits = name.split(".")[0].removeprefix("ckpt-")
    return int(digits) if digits.isdecimal() else None
