"""Table rows as Keras layers.

Saved nets hold only Keras's own layers and load without this project; spectral critics, with the
layers of nets/spectral.py, are the exception.
"""

from typing import Any, NamedTuple

import keras
from keras import layers

from framework.devices import normalises_together
from framework.errors import UserError
from framework.tensors import Tensor
from nets.architectures import SPECTRAL, Architecture, Row
from nets.fast import BatchNorm, Conv, MaxPool, PReLU, TransposedConv
from nets.padding import ReflectionPad
from nets.spectral import SpectralConv2D, SpectralDense
from nets.standardised import Standardised

ACTIVATIONS = {
    "relu": lambda **common: layers.ReLU(**common),
    "leaky0.2": lambda **common: layers.LeakyReLU(negative_slope=0.2, **common),
    "leaky0.3": lambda **common: layers.LeakyReLU(negative_slope=0.3, **common),
    "tanh": lambda **common: layers.Activation("tanh", **common),
}


RESIDUAL = ("residual", "residual_up", "residual_down")
PREACTIVATED = ("preactivated_first", "preactivated_up", "preactivated_down")


class Initialization(NamedTuple):
    """The initial weights of a net; `new` returns new initialisers for each layer.

    In Keras 3 one initialiser instance gives equal kernels to layers of equal shape, so that the
    generators of all domains would be equal.
    """

    initializer: str
    sd: float
    bias: float

    def new(self) -> dict[str, Any]:
        """Returns keyword arguments for a layer with a kernel and a bias."""
        kernel = {
            "normal": lambda: keras.initializers.RandomNormal(stddev=self.sd),
            "xavier": lambda: keras.initializers.GlorotNormal(),
            "he": lambda: keras.initializers.HeNormal(),
            "orthogonal": lambda: keras.initializers.Orthogonal(2**0.5),
            "zeros": lambda: keras.initializers.Zeros(),
        }[self.initializer]()
        return {"kernel_initializer": kernel,
                "bias_initializer": keras.initializers.Constant(self.bias)}


ZEROS = Initialization("zeros", 0.0, 0.0)


def choose_initialization(architecture: Architecture, initializer: str,
                          sd: float | None) -> Initialization:
    """Returns the initialization `initializer`, or the architecture's own for "table".

    sd: standard deviation of "normal" weights, None for the architecture's. Raises UserError for
    an unknown initializer.
    """
    if initializer not in ("table", "normal", "xavier", "he"):
        raise UserError(f"initializer must be table, normal, xavier or he, not {initializer!r}")
    kind = architecture.initializer if initializer == "table" else initializer
    return Initialization(kind, architecture.sd if sd is None else sd, architecture.bias)


class Block:
    """The layers of one row. Calls on several tensors share the weights."""

    def __init__(self, row: Row, name: str, start: Initialization, dtype: str | None = None):
        self.name, self.start, self.dtype = name, start, dtype
        self.image = row.kind not in ("dense", "patches", "summed")
        self.spectral = {"learnable": SPECTRAL[row.norm]} if row.norm in SPECTRAL else None
        both_ways = row.kind in (*RESIDUAL, *PREACTIVATED)
        self.skip = layers.Add(**self._common("add")) if both_ways else None
        self.beside: list[keras.layers.Layer] = []
        if row.kind == "residual":
            inner = self._conv(row, "conv_1", 1) + self._norm(row, "norm_1")
            self.layers = (inner + self._activation(row) + self._conv(row, "conv_2", 1)
                           + self._norm(row, "norm_2"))
        elif row.kind in RESIDUAL:
            self.layers, self.beside = self._resizing(row)
        elif row.kind in PREACTIVATED:
            self.layers, self.beside = self._preactivated(row)
        else:
            self.layers = self._core(row) + self._norm(row) + self._activation(row)
        self.after: list[keras.layers.Layer] = []
        if row.pool > 1:
            self.after.append(MaxPool(row.pool, **self._common("pool")))
        if row.dropout:
            self.after.append(layers.Dropout(row.dropout, **self._common("dropout")))

    def __call__(self, x: Tensor) -> Tensor:
        y = _in_turn(self.layers, x)
        if self.skip:
            y = self.skip([_in_turn(self.beside, x), y])
        return _in_turn(self.after, y)

    def _common(self, part: str) -> dict[str, Any]:
        return {"name": f"{self.name}_{part}", "dtype": self.dtype}

    def _conv(self, row: Row, part: str, stride: int, kind: type = Conv,
              start: Initialization | None = None) -> list:
        filters, kernel = _required(row.filters), _required(row.kernel)
        if self.spectral:       # which would divide by the norm of a kernel of zeros
            return [SpectralConv2D(filters, kernel, stride, row.padding,
                                   **self.spectral, **self.start.new(), **self._common(part))]
        reflected = row.padding == "reflect"
        pad = [ReflectionPad(kernel // 2, **self._common(f"{part}_reflect"))] if reflected else []
        return [*pad, kind(filters, kernel, stride, "valid" if reflected else row.padding,
                           **(start or self.start).new(), **self._common(part))]

    def _resizing(self, row: Row) -> tuple[list, list]:
        """The two ways of a residual row that changes the size: W2 a(W1 a(x)), in which W2
        starts at 0, and the resized P x. All but P run at the smaller of the sizes."""
        larger, up = row._replace(kernel=2 * row.stride), row.kind == "residual_up"
        project = self._conv(row._replace(kernel=1), "project", 1)
        if up:
            first = self._conv(row, "conv_1", 1)
            second = self._conv(larger, "convt_2", row.stride, TransposedConv, ZEROS)
            beside = project + [layers.UpSampling2D(
                row.stride, interpolation="nearest", **self._common("resize"))]
        else:
            first = self._conv(larger, "conv_1", row.stride)
            second = self._conv(row, "conv_2", 1, start=ZEROS)
            beside = [layers.AveragePooling2D(row.stride, **self._common("mean"))] + project
        return self._activation(row, "1") + first + self._activation(row, "2") + second, beside

    def _preactivated(self, row: Row) -> tuple[list, list]:
        """The two ways of a pre-activated residual row: W2 a(W1 a(x)), each a after a norm, and
        P x. Going up, x is resized before W1; going down, the result is averaged after W2. The
        first row of a critic has no activation of its input, the image, and averages before P."""
        up, first = row.kind == "preactivated_up", row.kind == "preactivated_first"
        project = self._conv(row._replace(kernel=1), "project", 1)
        mean = [[layers.AveragePooling2D(row.stride, **self._common(f"mean_{part}"))]
                for part in "12"]
        resize = [[layers.UpSampling2D(row.stride, interpolation="nearest",
                                       **self._common(f"resize_{part}"))] for part in "12"]
        start = [] if first else self._norm(row, "norm_1") + self._activation(row, "1")
        convolved = (self._conv(row, "conv_1", 1) + self._norm(row, "norm_2")
                     + self._activation(row, "2") + self._conv(row, "conv_2", 1))
        if up:
            return start + resize[0] + convolved, resize[1] + project
        return start + convolved + mean[0], mean[1] + project if first else project + mean[1]

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
        if row.kind == "summed":
            mean = layers.GlobalAveragePooling2D(**self._common("mean"))
            total = layers.Rescaling(_required(row.kernel)**2, **self._common("sum"))
            return [mean, total, self._dense(_required(row.filters))]
        if row.kind == "dense":
            return [layers.Flatten(**self._common("flatten")),
                    self._dense(_required(row.filters))]
        if row.kind == "project":
            side, filters = _required(row.kernel), _required(row.filters)
            shape = (side, side, filters)
            reshape = layers.Reshape(shape, **self._common("reshape"))
            return [self._dense(side * side * filters), reshape]
        raise ValueError(f"unknown kind of row {row.kind!r}")

    def _dense(self, units: int) -> keras.layers.Layer:
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

    def _scale(self, channels: int | None, common: dict[str, Any]) -> keras.layers.Layer:
        """gamma x + beta with one gamma and beta per channel, as a layer of Keras."""
        if self.image:
            return layers.DepthwiseConv2D(1, depthwise_initializer="ones", **common)
        return layers.EinsumDense("bc,c->bc", _required(channels), bias_axes="c",
                                  kernel_initializer="ones", **common)

    def _activation(self, row: Row, part: str = "") -> list:
        if row.activation is None:
            return []
        common = self._common(row.activation.replace(".", "_") + f"_{part}" * bool(part))
        if row.activation == "prelu":
            over_space = [1, 2] if self.image else None
            slope: Any = keras.initializers.Constant(0.25)
            # On images Keras's relu(x) - slope relu(-x) is a twentieth faster at small widths.
            kind = layers.PReLU if self.image else PReLU
            return [kind(slope, shared_axes=over_space, **common)]
        return [ACTIVATIONS[row.activation](**common)]


def _in_turn(several: list, x: Tensor) -> Tensor:
    for layer in several:
        x = layer(x)
    return x


def _required(size: int | None) -> int:
    """Returns the filters or the kernel of a row whose kind needs them."""
    if size is None:
        raise ValueError("a row of this kind needs filters and a kernel")
    return size
