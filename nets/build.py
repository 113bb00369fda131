"""Tables -> Keras models: one chain per domain, in which shared rows are the same layers.

A saved `.keras` file holds only Keras's own layers, so that it loads without this project;
spectral critics are the exception. `precision` is a Keras dtype policy, None for the global one.
Under any policy the variables and the last row of every net are float32.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import keras

from framework.errors import UserError
from framework.tensors import Tensor
from nets.architectures import Architecture, Row, replace_norms, use_resize_convolutions, widen
from nets.layers import Block, Initialization, choose_initialization
from nets.tables import check_shared

Table: TypeAlias = Architecture | tuple[Row, ...]
Tables: TypeAlias = Table | list[Architecture]         # one for all domains, or one for each
# Kinds of rows whose stride makes images larger.
ENLARGING = ("convt", "upconv", "residual_up", "preactivated_up")


def build_generators(tables: Tables, domains: int, shared: int, latent_dim: int = 100,
                     width: float = 1.0, initializer: str = "table", sd: float | None = None,
                     upsampling: str = "transpose",
                     image_shape: tuple[int, ...] | None = None,
                     precision: str | None = None) -> list[keras.Model]:
    """Builds one generator per domain, all with one input z [B, latent_dim] (section 3.1).

    Each returns {"image": [B, H, W, C] in [-1, 1], "features": [one per row]}; the last feature
    is the image. The first `shared` rows are the same layers, called once; they start as the first
    domain's table says.

    tables: an Architecture, or bare rows (with initial weights of sd 0.02 and biases 0), or a list
    of one Architecture for each domain. width: factor on all filters but the image's. initializer:
    "table", "normal" (with `sd`), "xavier" or "he". upsampling: "transpose", or "resize" for
    resize-then-convolve (7.4.3). image_shape: shape of the data's images; None for the table's own.
    Raises UserError for numbers out of range, for tables that make images of another shape, and
    where the shared rows differ.
    """
    architectures = _architectures(tables, domains)
    each = [widen(architecture.table, width) for architecture in architectures]
    _check_counts(domains, shared, min(map(len, each), default=1) - 1)
    if upsampling not in ("transpose", "resize"):
        raise UserError(f"upsampling must be 'transpose' or 'resize', not {upsampling!r}")
    each = [use_resize_convolutions(rows) if upsampling == "resize" else rows for rows in each]
    check_shared(each, shared, "generator")
    starts = [choose_initialization(table, initializer, sd) for table in architectures]

    z = keras.Input((latent_dim,), name="z")
    trunk = _apply_in_turn(_blocks(each[0], "g", starts[0], range(shared), precision), z)
    generators = []
    for k, (rows, start) in enumerate(zip(each, starts, strict=True), start=1):
        own = _blocks(rows, f"g{k}", start, range(shared, len(rows)), precision)
        features = trunk + _apply_in_turn(own, trunk[-1] if trunk else z)
        _check_image_shape(features[-1].shape[1:], image_shape or architectures[0].image_shape)
        outputs = {"image": features[-1], "features": features}
        generators.append(keras.Model(z, outputs, name=f"generator{k}"))
    return generators


def build_discriminators(tables: Tables, domains: int, shared: int,
                         image_shape: tuple[int, ...] | None = None, width: float = 1.0,
                         norm: str | None = None, initializer: str = "table",
                         sd: float | None = None, outputs: int = 1) -> list[keras.Model]:
    """Builds one critic per domain: images [B, H, W, C] or points [B, D] -> scores [B, outputs].

    The scores are raw. The last `shared` rows are the same layers; they start as the first domain's
    table says, and bear the numbers of the longest one's. norm: None for the table's own;
    "layer" replaces every batch norm by layer norm (over all axes but the batch, with a scale per
    channel), as a gradient penalty needs (section 2.5); "none" removes all norms; "spectral" and
    "spectral-scale" replace them by spectral normalisation. Other arguments as in
    `build_generators`. Raises UserError for numbers out of range, for images that do not fit, and
    where the shared rows differ or read other shapes.
    """
    architectures = _architectures(tables, domains)
    each = [_ending(replace_norms(widen(architecture.table, width), norm), outputs)
            for architecture in architectures]
    _check_counts(domains, shared, min(map(len, each), default=0))
    check_shared(each, shared, "discriminator", last=True)
    starts = [choose_initialization(table, initializer, sd) for table in architectures]

    image_shape = image_shape or architectures[0].image_shape
    longest = max(each, key=len)
    common = _blocks(longest, "d", starts[0], range(len(longest) - shared, len(longest)))
    discriminators, read = [], []
    for k, (rows, start) in enumerate(zip(each, starts, strict=True), start=1):
        _check_fits(rows, image_shape)
        x = keras.Input(image_shape, name="x")
        own = [x, *_apply_in_turn(_blocks(rows, f"d{k}", start, range(len(rows) - shared)), x)]
        read.append(own[-1].shape[1:])
        _check_read(read, rows, shared)
        score = [own[-1], *_apply_in_turn(common, own[-1])][-1]
        discriminators.append(keras.Model(x, score, name=f"discriminator{k}"))
    return discriminators


def build_chain(table: Table, image_shape: tuple[int, ...], outputs: int, width: float = 1.0,
                name: str = "net", precision: str | None = None) -> keras.Model:
    """Builds a single net from `table`: images -> raw outputs [B, outputs].

    Raises UserError for a width that is not positive and for images that do not fit.
    """
    architecture = _architecture(table)
    rows = _ending(widen(architecture.table, width), outputs)
    _check_fits(rows, image_shape)
    start = choose_initialization(architecture, "table", None)
    x = keras.Input(image_shape, name="x")
    blocks = _blocks(rows, name, start, range(len(rows)), precision)
    return keras.Model(x, _apply_in_turn(blocks, x)[-1], name=name)


def build_convolutional(table: Table, channels: int, width: float = 1.0, name: str = "net",
                        precision: str | None = None) -> keras.Model:
    """Builds a net from rows of which none is dense: [B, H, W, channels] -> [B, h, w, C].

    It takes images of any size. Raises UserError for a width that is not positive.
    """
    x = keras.Input((None, None, channels), name="x")
    return keras.Model(x, convolve(table, x, width, name, precision), name=name)


def convolve(table: Table, x: Tensor, width: float = 1.0, name: str = "net",
             precision: str | None = None, last_start: Initialization | None = None) -> Tensor:
    """As `build_convolutional`, as layers behind the symbolic tensor `x` [B, H, W, C].

    last_start: initial weights of the last row, None for the table's.
    """
    architecture = _architecture(table)
    rows = widen(architecture.table, width)
    start = choose_initialization(architecture, "table", None)
    first = _blocks(rows, name, start, range(len(rows) - 1), precision)
    last = _blocks(rows, name, last_start or start, [len(rows) - 1], precision)
    return _apply_in_turn(first + last, x)[-1]


def join_generators(generators: Sequence[keras.Model]) -> keras.Model:
    """Joins the generators to one model z -> list of their outputs; shared rows run once.

    Save and load this model: generators that are saved apart no longer share weights.
    """
    return keras.Model(generators[0].input, [g.output for g in generators], name="generators")


def split_generators(generators: keras.Model) -> list[keras.Model]:
    """The reverse of `join_generators`; the generators still share their layers."""
    outputs: Any = generators.output
    return [keras.Model(generators.input, output, name=f"generator{k}")
            for k, output in enumerate(outputs, start=1)]


def image_model(generator: keras.Model) -> keras.Model:
    """The model z [B, latent_dim] -> image alone, which a run saves as `models/*.keras`."""
    outputs: Any = generator.output
    return keras.Model(generator.input, outputs["image"], name=generator.name)


def row_outputs(net: keras.Model) -> keras.Model:
    """The model from the input of a critic or classifier to the output of each row but the last.

    It has the net's own layers. Of a layer that nets share, `layer.output` is what it gives the
    first of them, so each is called once more.
    """
    last: dict[str, Any] = {}

    def call(layer: keras.layers.Layer, *args: Any, **kwargs: Any) -> Tensor:
        output = layer(*args, **kwargs)
        if (row := re.search(r"_row\d+_", layer.name)):
            last[row.group()] = output
        return output
    again = keras.models.clone_model(net, clone_function=lambda layer: layer, call_function=call)
    return keras.Model(again.input, list(last.values())[:-1])


def build_heads(discriminators: Sequence[keras.Model], classes: int) -> list[keras.Model]:
    """One layer from the row before the score to logits, on every critic: images -> [B, classes].

    The critics must share that row, so that it says the same of each domain (Liu and Tuzel 2016,
    section 5).
    """
    head = keras.layers.Dense(classes, name="head", dtype="float32")
    flat = keras.layers.Flatten(name="head_rows")
    rows = [row_outputs(net) for net in discriminators]
    return [keras.Model(net.input, head(flat(net.outputs[-1])), name=f"classifier{k}")
            for k, net in enumerate(rows, start=1)]


def _architecture(table: Table) -> Architecture:
    return table if isinstance(table, Architecture) else Architecture(table)


def _architectures(tables: Tables, domains: int) -> list[Architecture]:
    return tables if isinstance(tables, list) else [_architecture(tables)] * domains


def _ending(rows: tuple[Row, ...], outputs: int) -> tuple[Row, ...]:
    return rows[:-1] + (rows[-1]._replace(filters=outputs),)


def _blocks(rows: tuple[Row, ...], prefix: str, start: Initialization, numbers: Iterable[int],
            precision: str | None = None) -> list[Block]:
    last = len(rows) - 1
    return [Block(rows[i], f"{prefix}_row{i + 1}", start, "float32" if i == last else precision)
            for i in numbers]


def _apply_in_turn(blocks: list[Block], x: Tensor) -> list[Tensor]:
    """Applies the blocks in turn, the first to `x`, and returns the output of each."""
    outputs = []
    for block in blocks:
        x = block(x)
        outputs.append(x)
    return outputs


def _check_counts(domains: int, shared: int, most: int) -> None:
    if domains < 1:
        raise UserError(f"at least one domain is needed, not {domains}")
    if not 0 <= shared <= most:
        raise UserError(f"the net can share 0 to {most} rows, not {shared}")


def _check_read(read: list[tuple[int, ...]], rows: tuple[Row, ...], shared: int) -> None:
    """Whether the first of the shared rows reads in every discriminator what it reads in the first
    one: a dense row the same shape, others the same channels."""
    flat = any(row.kind in ("dense", "summed") for row in rows[len(rows) - shared:])
    first, last = (shape if flat else shape[-1:] for shape in (read[0], read[-1]))
    if shared and first != last:
        raise UserError(f"the discriminators cannot share their last {shared} rows: row "
                        f"{len(rows) - shared + 1} of table {len(read)} reads "
                        f"{_shape_text(read[-1])}, and the same row of table 1 reads "
                        f"{_shape_text(read[0])}; lower --shared_discriminator")


def _check_image_shape(shape: tuple[int, ...], wanted: tuple[int, ...] | None) -> None:
    if wanted is not None and tuple(shape) != tuple(wanted):
        raise UserError(f"the generator makes images of shape {_shape_text(shape)}, the data have "
                        f"{_shape_text(wanted)}; choose another net or image size")


def _check_fits(rows: tuple[Row, ...], image_shape: tuple[int, ...] | None) -> None:
    if image_shape is None:
        raise UserError("this table has no image shape of its own; give image_shape")
    rank = 1 if rows[0].kind == "dense" else 3
    if len(image_shape) != rank:
        wanted = "points [D]" if rank == 1 else "images [H, W, C]"
        raise UserError(f"the net takes {wanted}, not shape {_shape_text(image_shape)}")
    halvings = 1
    for row in rows:
        halvings *= row.pool * (1 if row.kind in ENLARGING else row.stride)
    if rank == 3 and min(image_shape[:2]) < halvings:
        raise UserError(f"images of {_shape_text(image_shape)} are too small for the net, which "
                        f"divides height and width by {halvings}")


def _shape_text(shape: Iterable[int]) -> str:
    return "x".join(str(size) for size in shape)
