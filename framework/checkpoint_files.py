"""The files of checkpoints by their names, found without TensorFlow."""

from pathlib import Path


def found_checkpoints(folder: Path) -> list[Path]:
    """The prefixes folder/ckpt-N of the checkpoints in `folder`, the newest first."""
    return list(numbered_checkpoints(folder).values())


def numbered_checkpoints(folder: Path) -> dict[int, Path]:
    """Iterations N -> prefix folder/ckpt-N of the checkpoints in `folder`, the newest first."""
    numbered = {int(path.stem.removeprefix("ckpt-")): path.with_suffix("")
                for path in folder.glob("ckpt-*.index")
                if path.stem.removeprefix("ckpt-").isdecimal()}
    return {n: numbered[n] for n in sorted(numbered, reverse=True)}
