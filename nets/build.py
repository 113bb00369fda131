"""Tables -> Keras models: one chain per domain, in which shared rows are the same layers.

Only Keras's own layers are used, so a saved `.keras` file loads without this project; spectral
critics are the exception. `precision` is a Keras dtype policy, None for the global one; every net's
variables and its last row are float32 under any.
"""

import keras

from framework.errors import UserError
from nets.architectures import Architecture, Row, renormed, resized, widened
from nets.layers import Block, start_of

Table = Architecture | tuple[Row, ...]


def build_generators(table: Table, domains: int, shared: int, latent_dim: int = 100,
                     width: float = 1.0, initializer: str = "table", sd: float | None = None,
                     upsampling: str = "transpose",
                     image_shape: tuple[int, ...] | None = None,
                     precision: str | None = None) -> list[keras.Model]:
    """One generator per domain, all of one input z [B, latent_dim] (section 3.1).

    Each gives {"image": [B, H, W, C] in [-1, 1], "features": [one per row]}, the last feature
    being the image. The first `shared` rows are the same layers, called once.

    table: an Architecture, or bare rows (which start from normal weights of sd 0.02, biases 0).
    width: factor on all filters but the image's. initializer: "table", "normal" (with `sd`),
    "xavier" or "he". upsampling: "transpose", or "resize" for resize-then-convolve (7.4.3).
    image_shape: what the data have; the table's own shape when None.
    Raises UserError for numbers out of range or images of another shape than the table makes.
    """
    architecture = _architecture(table)
    rows = widened(architecture.table, width)
    _check_counts(domains, shared, len(rows) - 1)
    if upsampling not in ("transpose", "resize"):
        raise UserError(f"upsampling must be 'transpose' or 'resize', not {upsampling!r}")
    rows = resized(rows) if upsampling == "resize" else rows
    start = start_of(architecture, initializer, sd)

    z = keras.Input((latent_dim,), name="z")
    trunk = _outputs(_blocks(rows, "g", start, range(shared), precision), z)
    generators = []
    for k in range(1, domains + 1):
        own = _blocks(rows, f"g{k}", start, range(shared, len(rows)), precision)
        features = trunk + _outputs(own, trunk[-1] if trunk else z)
        outputs = {"image": features[-1], "features": features}
        generators.append(keras.Model(z, outputs, name=f"generator{k}"))
    _check_made(features[-1].shape[1:], image_shape or architecture.image_shape)
    return generators


def build_discriminators(table: Table, domains: int, shared: int,
                         image_shape: tuple[int, ...] | None = None, width: float = 1.0,
                         norm: str | None = None, initializer: str = "table",
                         sd: float | None = None, outputs: int = 1) -> list[keras.Model]:
    """One critic per domain: images [B, H, W, C] (or points [B, D]) -> raw scores [B, outputs].

    The last `shared` rows are the same layers. norm: None as in the table; "layer" puts layer
    norm (over all axes but the batch, scale per channel) for every batch norm, as a gradient
    penalty needs (section 2.5); "none" removes all norms; "spectral" and "spectral-scale" put
    spectral normalisation for them. outputs: length of what is returned. Other arguments as in
    `build_generators`. Raises UserError for numbers out of range and unfitting images.
    """
    architecture = _architecture(table)
    rows = renormed(widened(architecture.table, width), norm)
    rows = rows[:-1] + (rows[-1]._replace(filters=outputs),)
    _check_counts(domains, shared, len(rows))
    image_shape = image_shape or architecture.image_shape
    _check_fits(rows, image_shape)
    start = start_of(architecture, initializer, sd)

    first_shared = len(rows) - shared
    common = _blocks(rows, "d", start, range(first_shared, len(rows)))
    discriminators = []
    for k in range(1, domains + 1):
        own = _blocks(rows, f"d{k}", start, range(first_shared))
        x = keras.Input(image_shape, name="x")
        score = _outputs(own + common, x)[-1]
        discriminators.append(keras.Model(x, score, name=f"discriminator{k}"))
    return discriminators


def build_chain(table: Table, image_shape: tuple[int, ...], outputs: int, width: float = 1.0,
                name: str = "net", precision: str | None = None) -> keras.Model:
    """A single net of `table`: images -> raw outputs [B, outputs]. Raises UserError."""
    architecture = _architecture(table)
    rows = widened(architecture.table, width)
    rows = rows[:-1] + (rows[-1]._replace(filters=outputs),)
    _check_fits(rows, image_shape)
    start = start_of(architecture, "table", None)
    x = keras.Input(image_shape, name="x")
    blocks = _blocks(rows, name, start, range(len(rows)), precision)
    return keras.Model(x, _outputs(blocks, x)[-1], name=name)


def build_convolutional(table: Table, channels: int, width: float = 1.0, name: str = "net",
                        precision: str | None = None) -> keras.Model:
    """A single net of rows without dense ones: [B, H, W, channels] of any size -> [B, h, w, C].

    Raises UserError for a width that is not positive.
    """
    architecture = _architecture(table)
    rows = widened(architecture.table, width)
    x = keras.Input((None, None, channels), name="x")
    start = start_of(architecture, "table", None)
    blocks = _blocks(rows, name, start, range(len(rows)), precision)
    return keras.Model(x, _outputs(blocks, x)[-1], name=name)


def joint(generators: list[keras.Model]) -> keras.Model:
    """All generators as one model z -> list of their outputs, the shared rows computed once.

    Save and load this one: nets saved apart come back with weights of their own.
    """
    return keras.Model(generators[0].input, [g.output for g in generators], name="generators")


def split(generators: keras.Model) -> list[keras.Model]:
    """The generators of a `joint` model, still sharing their layers."""
    return [keras.Model(generators.input, output, name=f"generator{k}")
            for k, output in enumerate(generators.output, start=1)]


def image_model(generator: keras.Model) -> keras.Model:
    """z [B, latent_dim] -> image only: what `models/*.keras` holds for others."""
    return keras.Model(generator.input, generator.output["image"], name=generator.name)


def _architecture(table: Table) -> Architecture:
    return table if isinstance(table, Architecture) else Architecture(table)


def _blocks(rows, prefix: str, start, numbers: range, precision=None) -> list[Block]:
    last = len(rows) - 1
    return [Block(rows[i], f"{prefix}_row{i + 1}", start, "float32" if i == last else precision)
            for i in numbers]


def _outputs(blocks: list[Block], x) -> list:
    """What each block gives, each fed with the one before, the first with `x`."""
    outputs = []
    for block in blocks:
        x = block(x)
        outputs.append(x)
    return outputs


def _check_counts(domains: int, shared: int, most: int):
    if domains < 1:
        raise UserError(f"at least one domain is needed, not {domains}")
    if not 0 <= shared <= most:
        raise UserError(f"the net can share 0 to {most} rows, not {shared}")


def _check_made(made: tuple, wanted: tuple[int, ...] | None):
    if wanted is not None and tuple(made) != tuple(wanted):
        raise UserError(f"the generator makes images of shape {_by(made)}, the data have "
                        f"{_by(wanted)}; choose another net or image size")


def _check_fits(rows, image_shape: tuple[int, ...] | None):
    if image_shape is None:
        raise UserError("this table has no image shape of its own; give image_shape")
    rank = 1 if rows[0].kind == "dense" else 3
    if len(image_shape) != rank:
        wanted = "points [D]" if rank == 1 else "images [H, W, C]"
        raise UserError(f"the net takes {wanted}, not shape {_by(image_shape)}")
    halvings = 1
    for row in rows:
        halvings *= row.stride * row.pool
    if rank == 3 and min(image_shape[:2]) < halvings:
        raise UserError(f"images of {_by(image_shape)} are too small for the net, which "
                        f"divides height and width by {halvings}")


def _by(shape) -> str:
    return "x".join(str(size) for size in shape)
