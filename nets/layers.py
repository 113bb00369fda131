"""One table row as Keras's own layers, so that saved nets load without this project (but for
spectral critics, whose layers are in nets/spectral.py)."""

from typing import NamedTuple

import keras
from keras import layers

from framework.devices import normalises_together
from framework.errors import UserError
from nets.architectures import SPECTRAL, Architecture, Row
from nets.fast import BatchNorm, Conv, MaxPool, PReLU, TransposedConv
from nets.spectral import SpectralConv2D, SpectralDense
from nets.standardised import Standardised

ACTIVATIONS = {
    "relu": lambda **common: layers.ReLU(**common),
    "leaky0.2": lambda **common: layers.LeakyReLU(negative_slope=0.2, **common),
    "leaky0.3": lambda **common: layers.LeakyReLU(negative_slope=0.3, **common),
    "tanh": lambda **common: layers.Activation("tanh", **common),
}


class Start(NamedTuple):
    """How weights start. `new` gives initialisers of its own to every layer.

    In Keras 3 one initialiser instance gives equal kernels to layers of equal shape, which
    would make all domains' generators equal.
    """

    initializer: str
    sd: float
    bias: float

    def new(self) -> dict:
        """Keyword arguments for a layer with a kernel and a bias."""
        kernel = {
            "normal": lambda: keras.initializers.RandomNormal(stddev=self.sd),
            "xavier": lambda: keras.initializers.GlorotNormal(),
            "he": lambda: keras.initializers.HeNormal(),
            "orthogonal": lambda: keras.initializers.Orthogonal(2**0.5),
        }[self.initializer]()
        return {"kernel_initializer": kernel,
                "bias_initializer": keras.initializers.Constant(self.bias)}


def start_of(architecture: Architecture, initializer: str, sd: float | None) -> Start:
    """The architecture's own start ("table") or the one asked for. Raises UserError."""
    if initializer not in ("table", "normal", "xavier", "he"):
        raise UserError(f"initializer must be table, normal, xavier or he, not {initializer!r}")
    kind = architecture.initializer if initializer == "table" else initializer
    return Start(kind, architecture.sd if sd is None else sd, architecture.bias)


class Block:
    """The layers of one row. Called on several tensors it shares its weights between them."""

    def __init__(self, row: Row, name: str, start: Start, dtype: str | None = None):
        self.name, self.start, self.dtype = name, start, dtype
        self.image = row.kind not in ("dense", "patches")
        self.spectral = {"learnable": SPECTRAL[row.norm]} if row.norm in SPECTRAL else None
        if row.kind == "residual":
            inner = self._conv(row, "conv_1", 1) + self._norm(row, "norm_1")
            self.layers = (inner + self._activation(row) + self._conv(row, "conv_2", 1)
                           + self._norm(row, "norm_2"))
        else:
            self.layers = self._core(row) + self._norm(row) + self._activation(row)
        self.skip = layers.Add(**self._common("add")) if row.kind == "residual" else None
        self.after = []
        if row.pool > 1:
            self.after.append(MaxPool(row.pool, **self._common("pool")))
        if row.dropout:
            self.after.append(layers.Dropout(row.dropout, **self._common("dropout")))

    def __call__(self, x):
        y = x
        for layer in self.layers:
            y = layer(y)
        if self.skip:
            y = self.skip([x, y])
        for layer in self.after:
            y = layer(y)
        return y

    def _common(self, part: str) -> dict:
        return {"name": f"{self.name}_{part}", "dtype": self.dtype}

    def _conv(self, row: Row, part: str, stride: int, kind=Conv) -> list:
        if self.spectral:
            return [SpectralConv2D(row.filters, row.kernel, stride, row.padding,
                                   **self.spectral, **self.start.new(), **self._common(part))]
        return [kind(row.filters, row.kernel, stride, row.padding, **self.start.new(),
                     **self._common(part))]

    def _core(self, row: Row) -> list:
        if row.kind == "input":
            return []
        if row.kind == "conv":
            return self._conv(row, "conv", row.stride)
        if row.kind == "convt":
            return self._conv(row, "convt", row.stride, TransposedConv)
        if row.kind == "upconv":
            resize = layers.UpSampling2D(row.stride, interpolation="nearest",
                                         **self._common("resize"))
            return [resize] + self._conv(row, "conv", 1)
        if row.kind == "patches":
            mean = layers.GlobalAveragePooling2D(**self._common("mean"))
            return self._conv(row, "conv", row.stride) + [mean]
        if row.kind == "dense":
            return [layers.Flatten(**self._common("flatten")), self._dense(row.filters)]
        if row.kind == "project":
            shape = (row.kernel, row.kernel, row.filters)
            units = row.kernel * row.kernel * row.filters
            return [self._dense(units), layers.Reshape(shape, **self._common("reshape"))]
        raise ValueError(f"unknown kind of row {row.kind!r}")

    def _dense(self, units: int):
        if self.spectral:
            return SpectralDense(units, **self.spectral, **self.start.new(),
                                 **self._common("dense"))
        return layers.Dense(units, **self.start.new(), **self._common("dense"))

    def _norm(self, row: Row, part: str = "norm") -> list:
        if row.norm is None or self.spectral:
            return []
        common = self._common(part)
        if row.norm == "batch":
            return [BatchNorm(synchronized=normalises_together(), **common)]
        space = (1, 2) if self.image else ()
        axes, epsilon = {"layer": ((*space, -1), 1e-3), "instance": (space, 1e-5)}[row.norm]
        return [Standardised(axes, epsilon, **self._common(f"{part}_standardised")),
                self._scale(row.filters, common)]

    def _scale(self, channels: int, common: dict):
        """gamma x + beta, one of each per channel, in layers that Keras has."""
        if self.image:
            return layers.DepthwiseConv2D(1, depthwise_initializer="ones", **common)
        return layers.EinsumDense("bc,c->bc", channels, bias_axes="c",
                                  kernel_initializer="ones", **common)

    def _activation(self, row: Row) -> list:
        if row.activation is None:
            return []
        common = self._common(row.activation.replace(".", "_"))
        if row.activation == "prelu":
            over_space = [1, 2] if self.image else None
            kind = layers.PReLU if self.image else PReLU
            return [kind(keras.initializers.Constant(0.25), shared_axes=over_space, **common)]
        return [ACTIVATIONS[row.activation](**common)]
