"""The frames of a film that is being drawn, kept beside it until it is whole.

In a hidden folder beside the output: `made_by.json` (from what), `lock`, `frame-NNNNNNNN.png` (from
the last part on) and `part-NNNNNNNN.nut` (the frames before N that no part before has, encoded).
Parts take a tenth of the room; they end at the same frames in every run, so that a film that was
resumed is the film of an unbroken run.
"""

import json
import sys
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import numpy as np

from framework.errors import UserError
from framework.files import remove, sweep, writable_folder, write_text
from style.images import read_uint8, write_image
from style.video import write_film

try:
    import fcntl
except ImportError:             # on Windows two processes may get into each other's way
    fcntl = None

PART = 64                       # frames
MAX_SHOWN = 80                  # characters of what has changed


class Unfinished:
    """done: how many frames are kept. last: the last of them, uint8 [H, W, 3], or None.

    made_by: all that the frames follow from, as JSON has it. If an earlier run left frames from
    something else, they are removed, and a line says so; if from the same, a line says where it
    goes on. Nothing is written before the first frame. The folder is locked from then on; raises
    UserError where another process has the lock.
    """

    def __init__(self, output: Path, rate: Fraction, made_by: Mapping[str, Any]):
        self.output, self.rate = output, rate
        self.folder = output.with_name(f".{output.name}.unfinished")
        self.made_by = json.loads(json.dumps(made_by))
        self.done, self.encoded, self.parts, self.last = 0, 0, [], None
        self._lock: IO | None = None
        if self.folder.exists():
            self._take_lock()
            self._go_on()

    def take(self, frame: np.ndarray) -> None:
        """Keeps the next frame, uint8 [H, W, 3]. Raises UserError if it cannot be written."""
        if not self.done:
            writable_folder(self.folder)
            self._take_lock()
            write_text(self.folder / "made_by.json", json.dumps(self.made_by, indent=1))
        write_image(self._frame(self.done), frame)
        self.done, self.last = self.done + 1, frame
        if self.done - self.encoded == PART:
            self._encode()

    def finish(self) -> list[Path]:
        """Returns the parts of the film, in order."""
        if self.done > self.encoded:
            self._encode()
        return self.parts

    def remove(self) -> None:
        """Removes all that is kept."""
        self.release()
        remove(self.folder)

    def release(self) -> None:
        """Lets another go on with what is kept."""
        if self._lock is not None:
            self._lock.close()
        self._lock = None

    def _take_lock(self):
        self._lock = open(self.folder / "lock", "w")  # noqa: SIM115, held as long as it is drawn
        if fcntl is None:
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{self.output} is being drawn by another process") from None

    def _frame(self, place):
        return self.folder / f"frame-{place:08d}.png"

    def _encode(self):
        """Encodes the frames since the last part; the last one stays, to draw the next by."""
        part = self.folder / f"part-{self.done:08d}.nut"
        with write_film(part, self.rate, self.output.suffix) as take:
            for place in range(self.encoded, self.done):
                take(read_uint8(self._frame(place)))
        self.parts.append(part)
        for place in range(max(0, self.encoded - 1), self.done - 1):
            self._frame(place).unlink(missing_ok=True)
        self.encoded = self.done

    def _go_on(self):
        changed = self._changes()
        if changed is None and self._find():
            print(f"{self.output}: goes on after the {self.done} frames that an earlier run drew",
                  file=sys.stderr)
            return
        why = f"come from other settings ({changed})" if changed else "cannot be read"
        print(f"{self.output}: the frames that an earlier run left {why}; it is drawn anew",
              file=sys.stderr)
        self.done, self.encoded, self.parts, self.last = 0, 0, [], None
        self.remove()

    def _changes(self) -> str | None:
        """What was set otherwise, None if nothing, "" if that is not known."""
        try:
            before = json.loads((self.folder / "made_by.json").read_text(encoding="utf-8"))
            changed = [name for name in sorted({*before, *self.made_by})
                       if before.get(name) != self.made_by.get(name)]
        except (OSError, ValueError, TypeError):
            return ""
        return ", ".join(changed)[:MAX_SHOWN] if changed else None

    def _find(self) -> bool:
        """Finds what is kept; whether it can be gone on with."""
        sweep(self.folder)
        self.parts = sorted(self.folder.glob("part-*.nut"))
        self.done = self.encoded = int(self.parts[-1].stem[-8:]) if self.parts else 0
        while self._frame(self.done).exists():
            self.done += 1
        try:
            self.last = read_uint8(self._frame(self.done - 1)) if self.done else None
        except UserError:
            return False
        return True
