"""The command line that trains on some data: with the preset that they pick, and what they need
besides."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from config import presets
from data.names import FOLDER_PREFIX
from framework.errors import UserError
from nets.architectures import GENERATORS
from nets.tables import names_in

PHOTOGRAPHS = {1: "quick-photo", 2: "quick-twins"}     # presets by the number of domains
PHOTOGRAPH_SIDE = 64


class Data(NamedTuple):
    """What a user named, as --dataset or as --domains; the other is empty."""

    dataset: str
    domains: str

    @classmethod
    def of(cls, words: Sequence[str]) -> "Data":
        """The data of words that are folders, zip files or names. What exists in the file system
        is a folder. Raises UserError for an empty word, and for a comma that would part one."""
        if not all(words):
            raise UserError("a name of data is empty")
        places = [_is_place(word) for word in words]
        if len(words) == 1:
            word, = words
            parts = word.split(",")
            if places[0] or len(parts) > 1 and all(map(_is_place, parts)):
                return cls(FOLDER_PREFIX + word, "")
            several = len(parts) > 1 and not word.startswith(FOLDER_PREFIX)
            return cls("", word) if several else cls(word, "")
        if parted := [word for word in words if "," in word]:
            raise UserError(f"{parted[0]} has a comma in its name, which parts one from another; "
                            "rename it")
        if all(places):
            return cls(FOLDER_PREFIX + ",".join(words), "")
        return cls("", ",".join(FOLDER_PREFIX * here + word
                                for here, word in zip(places, words, strict=True)))

    def flags(self) -> list[str]:
        """The words of a command line."""
        return ["--dataset", self.dataset] if self.dataset else ["--domains", self.domains]


def _is_place(word: str) -> bool:
    """Whether `word` is a path: of something, or of nothing by mistake."""
    return "/" in word and ":" not in word or Path(word.strip()).expanduser().exists()


def gan_type_for(domains: int) -> str:
    """The kind of training for so many domains."""
    return "gan" if domains == 1 else "scogan"


def preset_for(data: Data, domains: int) -> presets.Preset:
    """The preset that a training on the data picks."""
    return presets.load_preset(presets.default_for(gan_type_for(domains), data.dataset))


def command(data: Data, domains: int, size: int, flags: Sequence[str], few: bool) -> str:
    """The command that trains at `size` pixels. flags: the user's own words. few: whether the
    images are changed at random, where the preset does not."""
    values = preset_for(data, domains).values
    words = ["--gan_type", gan_type_for(domains), *data.flags(), *flags]
    generator = names_in(values.get("generator", "auto"))[0]
    if generator != "auto" and GENERATORS[generator].image_shape[0] != size:
        words += ["--generator", "auto", "--discriminator", "auto"]
    if few and not values.get("augment"):
        words += ["--augment", "color,translation"]
    return f"python main.py {shlex.join(words)}"


def quick_command(data: Data, domains: int, flags: Sequence[str]) -> tuple[str, str]:
    """The command that trains on photographs with a small net, and what its preset says."""
    preset = presets.load_preset(PHOTOGRAPHS[domains])
    return (f"python main.py {shlex.join(['--preset', preset.name, *data.flags(), *flags])}",
            preset.description)


def net_sizes() -> list[int]:
    """The heights of the square images for which there are nets."""
    return sorted({table.image_shape[0] for table in GENERATORS.values()
                   if table.auto and len(table.image_shape) == 3})


def fitting_size(short_side: float) -> int:
    """The largest size of the nets that is not above a side of so many pixels; 0 for none."""
    return max((size for size in net_sizes() if size <= short_side), default=0)
