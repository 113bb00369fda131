"""Extensions: files of one's own that register losses, nets, data sets, commands and the like.

The environment variable SCOGAN_EXTENSIONS names folders, parted as PATH is. Every .py file in
them is imported before options and commands are read, every .toml file there is a preset.
"""

import os
import sys
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from framework.errors import UserError

VARIABLE = "SCOGAN_EXTENSIONS"


def extension_files(suffix: str) -> list[Path]:
    """The files with this suffix in the folders of extensions, sorted within each. Raises
    UserError for a folder that is not there."""
    folders = [Path(text).expanduser() for text in
               os.environ.get(VARIABLE, "").split(os.pathsep) if text]
    for folder in folders:
        if not folder.is_dir():
            raise UserError(f"{VARIABLE} names {folder}, which is no folder")
    return [path for folder in folders for path in sorted(folder.glob(f"*{suffix}"))]


@cache
def load_extensions() -> None:
    """Imports the extensions, once. Raises UserError, naming the file, where one fails."""
    for path in extension_files(".py"):
        name = f"scogan_extension_{path.stem}"
        spec = spec_from_file_location(name, path)
        assert spec and spec.loader             # a .py file has both
        module = sys.modules[name] = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:              # whatever a file of somebody raises
            raise UserError(f"the extension {path} failed: {type(error).__name__}: "
                            f"{error}") from error
