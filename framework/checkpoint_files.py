"""The files of checkpoints by their names, found without TensorFlow."""

from pathlib import Path


def found_checkpoints(folder: Path) -> list[Path]:
    """The prefixes folder/ckpt-N of the checkpoints in `folder`, the newest first."""
    return [path for path in numbered_checkpoints(folder).values()
            if path.with_name(f"{path.name}.index").is_file()]


def numbered_checkpoints(folder: Path) -> dict[int, Path]:
    """Iterations N -> prefix folder/ckpt-N, the newest first; also of those that lack one of
    their files."""
    stems = {path.name.split(".")[0] for path in folder.glob("ckpt-*.*")}
    numbers = {int(digits) for stem in stems if (digits := stem.removeprefix("ckpt-")).isdecimal()}
    return {n: folder / f"ckpt-{n}" for n in sorted(numbers, reverse=True)}
