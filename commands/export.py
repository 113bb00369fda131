"""`main.py export RUN`."""

from commands.registry import COMMANDS, RUN
from config.resolve import load_config
from framework.options import Option
from framework.quiet import quiet

FORMATS = ("keras", "savedmodel", "onnx", "tflite")


@COMMANDS.register("export", options=(
    RUN,
    Option("format", str, "keras", "of the files", choices=FORMATS),
    Option("output", str, "", "folder (default: exported/ in the run's)"),
    Option("image_size", int, 256, "of style nets in tflite, which knows one size alone", low=32,
           high=4096)))
def export(run: str, format: str, output: str, image_size: int) -> int | None:
    """Writes a run's nets for other programs. They are its generators, its encoder and translators,
    and style nets."""
    load_config(run)
    with quiet():
        from trainers import export
    return export.main(run, format=format, output=output, image_size=image_size)
