"""`main.py documents`."""

from commands.registry import COMMANDS
from framework.files import write_text
from framework.options import Option


@COMMANDS.register("documents", options=(
    Option("output", str, "", "Markdown file (default: printed)"),))
def documents(output: str) -> None:
    """Lists every system, table and figure of the documents with the command that makes it."""
    from report.documents import page

    if not output:
        return print(page(), end="")
    write_text(output, page())
    return print(output)
