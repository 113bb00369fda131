"""`main.py datasets`."""

from commands.registry import COMMANDS
from data.listing import list_datasets
from framework.options import Option
from framework.text import text_table


@COMMANDS.register("datasets", options=(
    Option("data_dir", str, "", "where local data sets are looked for"),))
def datasets(data_dir: str) -> None:
    """Lists the data sets."""
    print(text_table(("dataset", "images", "source", "here", "what it is"), [
        (row.name, row.size or "", row.source, "yes" if row.here else "no", row.description)
        for row in list_datasets(data_dir)]))
