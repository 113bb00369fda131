"""`main.py report RUN ...`."""

from pathlib import Path

from commands.registry import COMMANDS
from config.resolve import load_config
from framework.errors import UserError
from framework.options import Option

MOST_RUNS = 8                   # that a page shows beside each other


@COMMANDS.register("report", options=(
    Option("runs", str, None, "folder of a run, or of several to compare", positional=True,
           count="+"),
    Option("output", str, "", "HTML file (default: report.html in the first run's folder, "
           "compared.html for several)")))
def report(runs: list[str], output: str) -> int | None:
    """Writes a page that shows a run, or several beside each other, and opens from disk."""
    if len(runs) > MOST_RUNS:
        raise UserError(f"a page compares at most {MOST_RUNS} runs, not {len(runs)}")
    for run in runs:
        load_config(run)
    path = Path(output or Path(runs[0]) / ("report.html" if len(runs) == 1 else "compared.html"))
    if path.suffix.lower() not in (".html", ".htm"):
        raise UserError(f"--output {output}: the page is a .html")
    from report.facts import facts_of
    from report.page import write_page

    write_page(path, [facts_of(run) for run in runs])
    print(f"{path}: open it in a browser; it needs no network")
    return None
