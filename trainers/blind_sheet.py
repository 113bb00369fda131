"""`main.py evaluate RUN --blind_sheet`: pairs for people to judge, and the key to them."""

from pathlib import Path

from framework.errors import UserError
from framework.files import replacing
from framework.grid import check_grid
from framework.plots import save_png
from metrics.blind import COLUMNS, MARGIN, OF_EACH, key_table, latents_needed, sheet
from trainers.restore import Sampler, finite

SHEET, KEY = "blind-sheet.png", "blind-sheet-key.csv"


def write_blind_sheet(run: str | Path, seed: int) -> None:
    """Writes the sheet and its key into the run's folder and says so. The key takes its place
    only if the sheet can be written, so that both are of one drawing.

    Raises UserError for a run of one domain, of points, or whose images are too large for one
    picture, and where the files cannot be written.
    """
    sampler, folder = Sampler(run), Path(run)
    if len(sampler.domains) < 2 or len(sampler.image_shape) != 3:
        raise UserError(f"a blind sheet shows pairs of images, and {run} draws "
                        f"{', '.join(sampler.domains)} of {sampler.image_shape}")
    height, width, channels = sampler.image_shape
    check_grid(2 * OF_EACH, COLUMNS, (height + 2 * MARGIN, width + 2 * MARGIN, channels),
               len(sampler.domains), "a blind sheet shows smaller images only")
    picture, key = sheet(finite(sampler(latents_needed(len(sampler.domains)), seed)), seed)
    try:
        with replacing(folder / KEY) as temporary:
            temporary.write_text(key_table(key), encoding="utf-8")
            save_png(folder / SHEET, picture)
    except OSError as error:
        raise UserError(f"cannot write {folder / KEY}: {error.strerror}") from None
    print(f"wrote {folder / SHEET}, and what is true in it to {KEY} beside it")
