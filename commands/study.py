"""`main.py study FOLDER FOLDER ... --output STUDY.html`, and what the answers say."""

from typing import Any

from commands.registry import COMMANDS
from framework.errors import UserError
from framework.options import MAX_SEED, Option


@COMMANDS.register("study", options=(
    Option("folders", str, None, "results of one method each, with the same names of files",
           positional=True, count="*"),
    Option("output", str, "", "the page, .html"),
    Option("key", str, "", "CSV of which picture is whose (default: beside the page); needed with "
           "--answers"),
    Option("kind", str, "preference", "pick the best of each row, or tell real pictures from made "
           "ones", choices=("preference", "deception")),
    Option("real", str, "", "folder of real pictures, for deception"),
    Option("items", int, 30, "at most so many rows, or pictures of each folder", low=1, high=1000),
    Option("size", int, 512, "pixels of a picture's longer side", low=16, high=2048),
    Option("seed", int, 0, "of what is shown, and in which order", low=0, high=MAX_SEED),
    Option("overwrite", bool, False, "replace files that exist"),
    Option("answers", str, None, "files that people downloaded from the page; prints what they "
           "say", count="+")))
def study(folders: list[str] | None = None, answers: list[str] | None = None, *, output: str,
          key: str, kind: str, real: str, **settings: Any) -> int | None:
    """Makes a blind sheet that people answer in a browser, offline, and counts their answers."""
    if answers:
        if folders or output:
            raise UserError("--answers counts; folders and --output make a page: give one of both")
        if not key:
            raise UserError("--answers needs --key, the CSV that was written beside the page")
        from report import answers as counting
        return counting.main(answers, key)
    if (kind == "deception") != bool(real):
        raise UserError("--kind deception and --real, the folder of real pictures, go together")
    least = 1 if real else 2
    if len(folders or ()) < least:
        raise UserError(f"name {least} folder{'s' * (least > 1)} of results at least")
    if not output.lower().endswith((".html", ".htm")):
        raise UserError("--output is the page to write, such as study.html")
    from report import study as sheets
    page, secret = sheets.main(folders or (), output=output, key=key, kind=kind, real=real,
                               **settings)
    print(page)
    return print(f"{secret}: the key; keep it from those who answer")
