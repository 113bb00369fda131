"""What a .keras file says of its net, read as plain JSON: nothing of Keras, and nothing that the
file names, is imported."""

import json
import zipfile
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

from framework.errors import UserError
from nets.architectures import Architecture, Row

MAX_TEXT, MAX_WEIGHTS = 2**24, 2**31            # bytes of a file's description and numbers
MAX_UNPACKED = 10                               # times the size of the file
MAX_WIDTH, MAX_LAYERS, MAX_OUTPUTS = 16, 1000, 2**16
SQUASHING = ("softmax", "sigmoid")
# What a layer computes does not depend on these.
MEANINGLESS = {"name", "trainable", "dtype", "seed", "noise_shape", "sparse", "ragged", "optional",
               "quantization_config", "synchronized", "momentum", "value_range"}
MEANINGLESS_ENDINGS = ("_initializer", "_regularizer", "_constraint", "_momentum")


class Description(NamedTuple):
    """What a file says of its net: images' shape, layers [(class, settings, inputs)], and whether
    it ends in probabilities, which are left out of the layers."""

    image_shape: tuple[int, ...]
    layers: list[tuple]
    squashed: bool

    @property
    def sizes(self) -> list[int]:
        """Filters or units of the layers that have them."""
        found = [settings.get("filters", settings.get("units")) for _, settings, _ in self.layers]
        return [size for size in found if size is not None]


def read_saved(path: str | Path, tables: Mapping[str, Architecture]
               ) -> tuple[Description, list[Architecture], bytes]:
    """What the .keras file `path` says of its net; those of the `tables`, as wide as it, that
    have as many layers; and the bytes of its numbers. Raises UserError for anything else."""
    try:
        most = min(MAX_WEIGHTS, MAX_UNPACKED * Path(path).stat().st_size)
        with zipfile.ZipFile(path) as archive:
            about = described(json.loads(_member(archive, "config.json", MAX_TEXT)))
            numbers = _member(archive, "model.weights.h5", most)
    except UserError:
        raise
    except RecursionError:
        raise UserError("its description is nested too deeply") from None
    except Exception as error:      # zipfile, zlib and json each have their own for a bad file
        raise damaged(error) from error
    wide = [each._replace(table=as_wide(each.table, about.sizes)) for each in tables.values()]
    found = [each for each in wide if each.table
             and 4 * weights_of(each.table, about.image_shape) <= 2 * len(numbers)]
    if not found:
        raise no_table(tables)
    return about, found, numbers


def damaged(error: Exception) -> UserError:
    """The error for a file that cannot be read because of another one."""
    why = " ".join(str(error).split()) or type(error).__name__
    return UserError(f"it is no .keras file, or is damaged ({why[:120]})")


def no_table(tables: Mapping[str, Architecture]) -> UserError:
    """The error for a file whose layers are those of none of the tables."""
    return UserError(f"its layers are those of none of the tables here ({', '.join(tables)}); "
                     "docs/extending.md says how to add your own")


def described(config: Any) -> Description:
    """The description of a net from the contents of a config.json. Raises UserError where it is
    none of a Functional or Sequential model of one input and one output."""
    try:
        kind, rows = config["class_name"], config["config"]["layers"]
        if kind not in ("Functional", "Sequential") or not 2 <= len(rows) <= MAX_LAYERS:
            raise UserError("it is no chain of layers")
        layers = list(_layers(rows, kind == "Sequential"))
        first, settings, _ = layers[0]
        shape = settings.pop("batch_shape")[1:]
        if first != "InputLayer" or not all(type(n) is int and n > 0 for n in shape):
            raise UserError("it does not take images of one size")
    except (KeyError, TypeError, AttributeError, IndexError, ValueError):
        raise UserError("its description is none of a net") from None
    layers, squashed = _without_squashing(layers)
    return Description(tuple(shape), layers, squashed)


def _layers(rows, chained: bool) -> Iterator[tuple]:
    """(class, settings, inputs) of each layer; inputs by the numbers of the layers before."""
    numbers: dict[str, int] = {}
    for at, row in enumerate(rows):
        settings = {key: value for key, value in row["config"].items()
                    if key not in MEANINGLESS and not key.endswith(MEANINGLESS_ENDINGS)
                    and value is not None}
        inputs = [{"args": [at - 1]}] if chained else _numbered(row["inbound_nodes"], numbers)
        if not chained:
            numbers[row["name"]] = at
        yield row["class_name"], settings, inputs if at else []


def _numbered(value, numbers):
    """The calls of a layer with every tensor replaced by the number of its layer."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        name, *rest = value["config"]["keras_history"]
        return numbers[name] if rest == [0, 0] else [numbers[name], *rest]
    if isinstance(value, dict):
        return {key: found for key, each in value.items() if (found := _numbered(each, numbers))
                not in ({}, None)}
    return [_numbered(each, numbers) for each in value] if isinstance(value, list) else value


def _without_squashing(layers):
    """The layers without the softmax or sigmoid at their end, and whether there was one."""
    kind, settings, _ = layers[-1]
    activation = settings.get("activation")
    if kind in ("Softmax", "Activation") and (kind == "Softmax" or activation in SQUASHING):
        return layers[:-1], True
    if activation in SQUASHING:
        return [*layers[:-1], (kind, settings | {"activation": "linear"}, layers[-1][2])], True
    return layers, False


def as_wide(rows: tuple[Row, ...], sizes: list) -> tuple[Row, ...]:
    """`rows` with the filters that a net with layers of these `sizes` has; () where none of up to
    MAX_WIDTH times their own does. The last row is free up to MAX_OUTPUTS."""
    left, wide = list(sizes), []
    for at, row in enumerate(rows):
        if row.kind == "input":
            wide.append(row)
            continue
        size = left.pop(0) if left else 0
        if row.kind == "residual" and (not left or left.pop(0) != size):
            return ()
        parts = (row.kernel or 1)**2 if row.kind == "project" else 1
        most = MAX_OUTPUTS if at == len(rows) - 1 else MAX_WIDTH * (row.filters or 0)
        if type(size) is not int or size % parts or not 0 < size // parts <= most:
            return ()
        wide.append(row._replace(filters=size // parts))
    return () if left else tuple(wide)


def weights_of(rows: tuple[Row, ...], shape: tuple[int, ...]) -> int:
    """How many weights the kernels of a table's net have, counted without building it, so that no
    file asks for a huge one."""
    *sides, inputs = shape
    found = 0
    for row in rows:
        kernel, filters = row.kernel or 1, row.filters or inputs
        if row.kind == "dense":
            found += inputs * prod(sides) * filters
            sides = []
        else:
            found += inputs * kernel**2 * filters
            lost = kernel - 1 if row.padding == "valid" else 0
            sides = [max(1, (n - lost) // (row.stride * row.pool)) for n in sides]
        inputs = filters
    return found


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """The bytes of a file in the archive, of which there are at most `most`."""
    with archive.open(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise UserError(f"its {name} is larger than any of a net")
    return data
