"""Nets from .keras files of any origin: rebuilt from the tables here, never from the file.

A .keras file says by name what code its layers are, and Keras runs what it names. Here that
description is only compared with a net that one of our tables builds; from the file come its
numbers alone.
"""

import io
import json
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np

from framework.checkpoint import plain
from framework.errors import UserError
from framework.h5 import read_array
from nets.architectures import Architecture
from nets.build import build_chain
from nets.descriptions import damaged, described, no_table, read_saved


def read_chain(path: str | Path, tables: Mapping[str, Architecture],
               name: str = "net") -> tuple[keras.Model, bool]:
    """The net in the .keras file `path`, which must be one of the `tables` at some width, and
    whether the file's own ends in a softmax or a sigmoid: here it gives raw outputs.

    Nothing that the file names is imported or called. Raises UserError for anything else.
    """
    about, wide, numbers = read_saved(path, tables)
    for architecture in wide:
        try:
            net = build_chain(architecture, about.image_shape, about.sizes[-1], name=name)
        except UserError:               # of images that do not fit
            continue
        if described(json.loads(plain(net).to_json())).layers == about.layers:
            break
    else:
        raise no_table(tables)
    try:
        net.set_weights(_arrays(numbers, net))
    except UserError:
        raise
    except Exception as error:          # of h5py, whose library has many
        raise damaged(error) from error
    return net, about.squashed


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
            found += [read_array(file, f"{group}/vars/{at}", tuple(v.shape))
                      for at, v in enumerate(layer.weights)]
    return found
