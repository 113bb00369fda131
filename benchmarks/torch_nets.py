"""The tables of `nets.architectures` as PyTorch modules: the nets of the PyTorch peer.

They are mirror images of ours, left to right and top to bottom. Where a "same" padding is uneven,
TensorFlow has the larger part after the pixels, and PyTorch's layers have it before them if
anywhere. So mirrored nets need no padding of their own, which would cost a pass over memory, and
give the same scores to mirrored images. Sides that a stride or a pooling divides must be multiples
of it. Nothing here imports TensorFlow.
"""
# pyright: reportMissingImports=false

from collections.abc import Sequence
from math import prod

import torch
from torch import nn

from nets.architectures import Row

KINDS = ("input", "dense", "project", "conv", "convt")
NORMS = (None, "batch", "layer")
PADDINGS = ("same", "valid")
EPSILON = 1e-3                  # of both norms, as Keras has it
ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh,
               "leaky0.2": lambda: nn.LeakyReLU(0.2), "leaky0.3": lambda: nn.LeakyReLU(0.3)}


class Block(nn.Module):
    """A row. shape: (channels, height, width) of what it reads, or (channels,); after building that
    of what it gives."""

    def __init__(self, row: Row, shape: tuple[int, ...]):
        super().__init__()
        self.row, self.read, self.crop = row, shape, slice(None)
        self.core, self.shape = self._core(row, shape)
        channels = self.shape[0]
        self.norm = self._norm(row.norm, channels, len(self.shape) == 3)
        self.activation = (nn.PReLU(channels) if row.activation == "prelu" else
                           ACTIVATIONS[row.activation]() if row.activation else nn.Identity())
        self.pool = nn.MaxPool2d(row.pool) if row.pool > 1 else nn.Identity()
        self.dropout = nn.Dropout(row.dropout) if row.dropout else nn.Identity()
        self.shape = (channels, *(side // row.pool for side in self.shape[1:]))

    def forward(self, x):
        if self.row.kind == "dense" and x.dim() == 4:
            x = x.permute(0, 2, 3, 1).flatten(1)        # no copy of channels_last
        x = self.core(x)
        if self.row.kind == "project":
            channels, *sides = self.shape
            x = x.view(-1, *sides, channels).permute(0, 3, 1, 2)
        x = x[:, :, self.crop, self.crop] if self.crop != slice(None) else x
        return self.dropout(self.pool(self.activation(self.norm(x))))

    def _core(self, row: Row, shape):
        filters, side = row.filters or 0, row.kernel or 0
        if row.kind == "input":
            return nn.Identity(), shape
        if row.kind == "dense":
            return nn.Linear(prod(shape), filters), (filters,)
        if row.kind == "project":
            return nn.Linear(prod(shape), side * side * filters), (filters, side, side)
        stride, sides = row.stride, shape[1:]
        even = max(side - stride, 0) // 2
        before = max(side - stride, 0) - even
        if row.kind == "convt":
            more = stride - side + 2 * before
            if 0 <= more < stride:
                core = nn.ConvTranspose2d(shape[0], filters, side, stride, before, more)
            else:
                core = nn.ConvTranspose2d(shape[0], filters, side, stride, even)
                self.crop = slice(before - even, None)
            return core, (filters, *(stride * s for s in sides))
        if row.padding == "valid":
            return (nn.Conv2d(shape[0], filters, side, stride),
                    (filters, *((s - side) // stride + 1 for s in sides)))
        self.crop = slice(-1) if stride == 1 and before != even else self.crop
        return (nn.Conv2d(shape[0], filters, side, stride, before),
                (filters, *(s // stride for s in sides)))

    @staticmethod
    def _norm(norm, channels: int, image: bool):
        if norm == "batch":
            of_shape = nn.BatchNorm2d if image else nn.BatchNorm1d
            return of_shape(channels, EPSILON, momentum=0.01)
        if norm == "layer":
            return nn.GroupNorm(1, channels, EPSILON)
        return nn.Identity()

    def load(self, weights: Sequence) -> None:
        """Takes over our weights of this row (numpy arrays), in the order core, norm and
        activation, each kernel before its bias, and mirrors them."""
        given = [torch.tensor(w) for w in weights]
        if self.row.kind in ("conv", "convt"):
            given[0] = given[0].flip(0, 1).permute(3, 2, 0, 1)
        elif self.row.kind == "project":
            channels, *sides = self.shape
            given[:2] = [w.view(-1, *sides, channels).flip(1, 2).reshape(w.shape)
                         for w in given[:2]]
            given[0] = given[0].T
        elif self.row.kind == "dense":
            if len(self.read) == 3:
                channels, *sides = self.read
                maps = given[0].view(*sides, channels, -1)
                given[0] = maps.flip(0, 1).reshape(given[0].shape)
            given[0] = given[0].T
        own = list(self.parameters())
        with torch.no_grad():
            for parameter, value in zip(own, given, strict=True):
                parameter.copy_(value.reshape(parameter.shape))


class Chains(nn.Module):
    """Several nets, of which rows with the same name are the same module. chains: for each net a
    list of (name, row). shape: of what all of them read."""

    def __init__(self, chains: Sequence, shape: tuple[int, ...]):
        super().__init__()
        self.names, self.blocks = [[name for name, _ in chain] for chain in chains], nn.ModuleDict()
        for chain in chains:
            read = tuple(shape)
            for name, row in chain:
                if name not in self.blocks:
                    self.blocks[name] = Block(row, read)
                read = self.blocks[name].shape
        self.to(memory_format=torch.channels_last)

    def forward(self, x, net: int = 0):
        """What net number `net` gives."""
        for name in self.names[net]:
            x = self.blocks[name](x)
        return x

    def features(self, x) -> list[list]:
        """What each row of each net gives; first rows that all of them have are computed once."""
        known, found = {}, []
        for names in self.names:
            y = x
            for name in names:
                if name not in known:
                    known[name] = self.blocks[name](y)
                y = known[name]
            found.append([known[name] for name in names])
        return found

    def load(self, weights: dict[str, Sequence]) -> None:
        """Takes over our weights, arrays by the name of the row (see `Block.load`)."""
        for name, block in self.blocks.items():
            block.load(weights.get(name, ()))

    def sees_batches(self) -> bool:
        """Whether a batch norm lets the images of a batch see each other."""
        return any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in self.modules())
