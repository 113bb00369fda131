"""Files of your own, from the folders that SCOGAN_EXTENSIONS names."""

import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

from framework.errors import UserError

VARIABLE = "SCOGAN_EXTENSIONS"      # folders, separated as in PATH


def extension_folders() -> list[Path]:
    """The folders of SCOGAN_EXTENSIONS. Raises UserError for one that is not there."""
    named = [Path(each).expanduser() for each in os.environ.get(VARIABLE, "").split(os.pathsep)
             if each]
    for folder in named:
        if not folder.is_dir():
            raise UserError(f"{VARIABLE} names {folder}, which is no folder")
    return named


def extension_files(suffix: str) -> list[Path]:
    """The files that end in `suffix`, such as ".toml", folder by folder in order of names."""
    return [path for folder in extension_folders()
            for path in sorted(folder.glob(f"*{suffix}")) if path.is_file()]


def load_extensions() -> None:
    """Imports every Python file of the folders, each once, as scogan_extension_NAME.

    What they register can be named like what is built in. Raises UserError, in one line, for a
    file that fails.
    """
    for path in extension_files(".py"):
        name = f"scogan_extension_{path.stem}"
        loaded = sys.modules.get(name)
        if loaded is None:
            _load(name, path)
        elif Path(loaded.__file__ or "") != path.resolve():
            raise UserError(f"{path} and {loaded.__file__} have the same name")


def _load(name, path):
    loader = importlib.machinery.SourceFileLoader(name, str(path.resolve()))
    module = sys.modules[name] = importlib.util.module_from_spec(
        importlib.machinery.ModuleSpec(name, loader, origin=str(path.resolve())))
    module.__file__ = str(path.resolve())
    try:
        loader.exec_module(module)
    except Exception as error:      # of any kind: it is another's code
        del sys.modules[name]
        reason = " ".join(str(error).split())
        raise UserError(f"{path}: {type(error).__name__}: {reason}") from error
