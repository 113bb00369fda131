"""Nets from .keras files of any origin: rebuilt from the tables here, never from the file.

A .keras file says by name what code its layers are, and Keras runs what it names. Here that
description is read as plain JSON and only compared with a net that one of our tables builds;
from the file come its numbers alone.
"""

import io
import json
import os
import zipfile
from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from framework import hdf5
from framework.checkpoint import plain
from framework.errors import UserError
from nets.architectures import Architecture, Row
from nets.build import build_chain

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


def read_chain(path: str | Path, tables: Mapping[str, Architecture],
               name: str = "net") -> tuple[keras.Model, bool]:
    """The net in the .keras file `path`, which must be one of the `tables` at some width, and
    whether the file's own ends in a softmax or a sigmoid: here it gives raw outputs.

    Nothing that the file names is imported or called. Raises UserError for anything else.
    """
    try:
        most = min(MAX_WEIGHTS, MAX_UNPACKED * os.path.getsize(path))
        with zipfile.ZipFile(path) as archive:
            about = described(json.loads(_member(archive, "config.json", MAX_TEXT)))
            numbers = _member(archive, "model.weights.h5", most)
        net = _of_tables(about, tables, name, len(numbers))
        net.set_weights(_arrays(numbers, net))
    except UserError:
        raise
    except RecursionError:
        raise UserError("its description is nested too deeply") from None
    except Exception as error:  # zipfile, zlib, json and h5py each have their own for a bad file
        why = " ".join(str(error).split()) or type(error).__name__
        raise UserError(f"it is no .keras file, or is damaged ({why[:120]})") from error
    return net, about.squashed


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


def _of_tables(about: Description, tables: Mapping[str, Architecture], name: str,
               size: int) -> keras.Model:
    """The net of the first table that has the description's layers. size: bytes of the file's
    numbers; no net is built that would need far more."""
    for architecture in tables.values():
        rows = as_wide(architecture.table, about.sizes)
        if not rows or 4 * _weights_at_least(rows, about.image_shape) > 2 * size:
            continue
        try:
            net = build_chain(architecture._replace(table=rows), about.image_shape,
                              about.sizes[-1], name=name)
        except UserError:               # of images that do not fit
            continue
        if described(json.loads(plain(net).to_json())).layers == about.layers:
            return net
    raise UserError(f"its layers are those of none of the tables here ({', '.join(tables)}); "
                    "docs/extending.md says how to add your own")


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


def _weights_at_least(rows: tuple[Row, ...], shape: tuple[int, ...]) -> int:
    """The kernels' weights of a table's net, counted without building it."""
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


def _arrays(data: bytes, net: keras.Model) -> list[np.ndarray]:
    """The weights of `net` in the order of `set_weights`, from where Keras keeps them: by the
    classes of the layers, those of one class counted."""
    import h5py
    from keras.src.utils.naming import to_snake_case

    counts: dict[str, int] = {}
    found = []
    with h5py.File(io.BytesIO(data), "r") as file:
        for layer in plain(net).layers:
            kind = to_snake_case(type(layer).__name__)
            counts[kind] = counts.get(kind, -1) + 1
            group = f"layers/{kind}" + f"_{counts[kind]}" * bool(counts[kind])
            found += [hdf5.array(file, f"{group}/vars/{at}", tuple(v.shape))
                      for at, v in enumerate(layer.weights)]
    return found
