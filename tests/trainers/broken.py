"""A run as a kill would have left it, made of an unbroken one without another training."""

import shutil
from pathlib import Path

from framework.checkpoint_files import LIST, files_of
from framework.history import History


def broken_off(whole: Path, broken: Path, done: int) -> None:
    """Copies the run `whole` to `broken`, without all that came after the checkpoint of `done`
    iterations: later checkpoints, pictures and rows of losses.csv, and what the end writes.

    Raises FileNotFoundError where the run has no such checkpoint or came to no end.
    """
    shutil.copytree(whole, broken, ignore=shutil.ignore_patterns("progress.gif", "report.html"))
    kept = broken / "checkpoints" / f"ckpt-{done}"
    kept.with_name(f"{kept.name}.index").stat()
    for path in files_of(kept.parent, but=[kept]):
        path.unlink()
    (kept.parent / LIST).write_text(f'model_checkpoint_path: "{kept.name}"\n')
    History(broken / "losses.csv").truncate(done)
    for picture in (broken / "samples").iterdir():
        if int(picture.stem) > done:
            picture.unlink()
    (broken / "losses.png").unlink()
    shutil.rmtree(broken / "models")
