"""`main.py presets`."""

from commands.registry import COMMANDS
from framework.text import text_table


@COMMANDS.register("presets")
def presets() -> None:
    """Lists the presets."""
    from config.presets import rows

    print(text_table(("preset", "what it is", "what its document reports", "picked by"), rows()))
