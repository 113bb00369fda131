"""Files that are either whole or not there."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from framework.errors import UserError

UNFINISHED = ".new-"            # how the names begin of what is not written to its end


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yields a new path beside `path`, with the same suffix, that takes its place when the
    block ends well and is removed when it does not."""
    path = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED, suffix=path.suffix)
    except OSError as error:
        error.filename = str(path)      # what the user knows of
        raise
    os.close(handle)
    try:
        yield Path(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:            # of a full disk names no file
        error.filename = error.filename or str(path)
        raise
    finally:
        Path(temporary).unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Writes `text` to `path` in one step; what stands in it for bytes that are no UTF-8, as in a
    name of a folder, as those bytes."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="surrogateescape")


def sweep(folder: Path) -> None:
    """Removes what killed processes left unfinished in `folder` and below. To be called where no
    other process writes there."""
    for left in list(folder.rglob(f"{UNFINISHED}*")):
        remove(left)


def remove(path: Path) -> None:
    """Removes a file, or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def writable_folder(place: str | Path) -> Path:
    """The folder `place`, made if it is missing. Raises UserError where it cannot be had or
    written to: before what is to be kept there is computed."""
    folder = Path(place)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"cannot write to {place}: it is a file; a folder is wanted")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"cannot write to {place}: {error.strerror}") from None
    if not os.access(folder, os.W_OK):
        raise UserError(f"cannot write to {place}: it is not writable")
    return folder


def sync(path: Path) -> None:
    """Returns when the file or folder is on the disk, and would stand after a loss of power."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
