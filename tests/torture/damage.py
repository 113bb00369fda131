"""What befalls a run at rest: files of its checkpoints and whole folders."""

import os
import shutil
from pathlib import Path
from random import Random

FOLDERS = ("samples", "models", "checkpoints", "tensorboard")
WAYS = ("truncated", "emptied", "flipped", "missing")


def checkpoints(run: Path) -> list[int]:
    """The iterations of the checkpoints in the run's folder, the newest first."""
    found = (path.stem.removeprefix("ckpt-") for path in run.glob("checkpoints/ckpt-*.index"))
    return sorted((int(n) for n in found if n.isdecimal()), reverse=True)


def files_of(run: Path, iteration: int) -> list[Path]:
    """The files of a checkpoint."""
    return sorted((run / "checkpoints").glob(f"ckpt-{iteration}.*"))


def damage(run: Path, iteration: int, way: str, random: Random) -> str:
    """Damages one file of the checkpoint; says which, and how."""
    path = random.choice(files_of(run, iteration))
    data = bytearray(path.read_bytes())
    if way == "missing":
        path.unlink()
        return f"{path.name} removed"
    if way == "emptied":
        path.write_bytes(b"")
        return f"{path.name} emptied"
    if way == "truncated":
        length = random.randrange(1, len(data))
        path.write_bytes(data[:length])
        return f"{path.name} cut to {length} of {len(data)} bytes"
    bit = random.randrange(8 * len(data))
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    return f"{path.name} bit {bit} flipped"


def contents(run: Path) -> dict[str, bytes]:
    """Every file below the run but its lock, by its name."""
    return {str(path.relative_to(run)): path.read_bytes() for path in sorted(run.rglob("*"))
            if path.is_file() and path.name != ".lock"}


def put_back(run: Path, files: dict[str, bytes], name: str) -> None:
    """Brings back those of `files` whose names begin with `name`."""
    for path, data in files.items():
        if path.startswith(name):
            (run / path).parent.mkdir(parents=True, exist_ok=True)
            (run / path).write_bytes(data)


def vanish(run: Path, folder: str) -> None:
    """Removes a folder of the run under its feet: first its name, then what is in it."""
    aside = run.with_name(f"{run.name}.vanished")
    try:
        os.rename(run / folder, aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)
