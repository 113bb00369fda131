"""Nets of unequal depth: what they share is the same, what they do not share is their own."""

import numpy as np
import pytest

from framework.errors import UserError
from nets.architectures import DISCRIMINATORS, GENERATORS, Architecture, Row, widen
from nets.architectures.quick import (
    QUICK_DEEP_DISCRIMINATOR,
    QUICK_DEEP_GENERATOR,
    QUICK_DISCRIMINATOR,
    QUICK_GENERATOR,
)
from nets.build import build_discriminators, build_generators, join_generators, row_outputs
from nets.tables import common_rows, tables_of

IMAGES = np.random.default_rng(0).uniform(-1, 1, (3, 32, 32, 3)).astype("float32")
WIDTH = 0.05


def rows_of(variables):
    return {v.path.split("_")[1] for v in variables}


def shared(nets):
    """The variables that both nets hold, the very same objects."""
    theirs = {id(v) for v in nets[1].weights}
    return [v for v in nets[0].weights if id(v) in theirs]


@pytest.mark.parametrize("rows", [0, 3])
def test_generators_of_unequal_depth(rows):
    tables = tables_of(GENERATORS, "quick, quick_deep", 2)
    short, deep = build_generators(tables, 2, rows, 4, WIDTH)
    same = shared([short, deep])
    assert rows_of(same) == {f"row{k}" for k in range(1, rows + 1)}
    assert all(v.path.startswith("g_row") for v in same)
    # Per row with batch norm: kernel, bias and four of the norm; of the last two rows two.
    assert (len(short.weights), len(deep.weights)) == (3 * 6 + 2, 4 * 6 + 2)
    joint = join_generators([short, deep])
    assert len(joint.weights) == len(short.weights) + len(deep.weights) - len(same)
    first, second = joint(np.ones((3, 4), "float32"), training=False)
    assert [f.shape[1:] for f in second["features"]] == [
        (4, 4, 6), (8, 8, 5), (16, 16, 3), (32, 32, 2), (32, 32, 3)]
    assert len(first["features"]) == 4 and second["image"].shape == (3, 32, 32, 3)
    for row in range(rows):
        np.testing.assert_array_equal(first["features"][row], second["features"][row])


@pytest.mark.parametrize("names, rows", [
    ("quick,quick_deep", 0), ("quick,quick_deep", 3), ("quick_deep,quick", 1)])
def test_discriminators_of_unequal_depth(names, rows):
    nets = build_discriminators(tables_of(DISCRIMINATORS, names, 2), 2, rows, width=WIDTH)
    same = shared(nets)
    assert rows_of(same) == {f"row{k}" for k in range(6 - rows, 6)}     # numbers of the deep one
    assert sorted(len(net.weights) for net in nets) == [2 + 6 + 6 + 2, 2 + 2 + 6 + 6 + 2]
    for name, net in zip(names.split(","), nets, strict=True):
        assert net(IMAGES, training=False).shape == (3, 1)
        found = [x.shape[1:] for x in row_outputs(net)(IMAGES)]
        assert found == [(32, 32, 1)][:name == "quick_deep"] + [(16, 16, 2), (8, 8, 3), (4, 4, 6)]


def test_every_domain_starts_as_its_own_table_says():
    """Weights of deviation 0 are 0: they are of the second table, and the shared row of the
    first."""
    tables = [Architecture(QUICK_GENERATOR, sd=1.0), Architecture(QUICK_DEEP_GENERATOR, sd=0.0)]
    kernels = {v.path: float(np.abs(v).max()) for net in build_generators(tables, 2, 1, 4, WIDTH)
               for v in net.trainable_variables if v.path.endswith("kernel")}
    assert len(kernels) == 1 + 3 + 4
    assert all((value > 0) == (not path.startswith("g2_")) for path, value in kernels.items())


def test_rows_that_tables_have_in_common():
    assert common_rows([QUICK_GENERATOR, QUICK_DEEP_GENERATOR]) == 3
    assert common_rows([QUICK_GENERATOR] * 3) == 4
    assert common_rows([QUICK_DISCRIMINATOR, QUICK_DEEP_DISCRIMINATOR], last=True) == 4
    assert common_rows([QUICK_DISCRIMINATOR, QUICK_DEEP_DISCRIMINATOR]) == 0
    assert common_rows([QUICK_GENERATOR, widen(QUICK_GENERATOR, 0.5)], last=True) == 1


CONV, DENSE = Row("conv", 8, 3, 2), Row("dense", 1)


@pytest.mark.parametrize("tables, rows, message", [
    # Four equal rows, of which the first reads 3 channels in one net and 16 in the other.
    ((QUICK_DISCRIMINATOR, QUICK_DEEP_DISCRIMINATOR), 4,
     "row 2 of table 2 reads 32x32x1, and the same row of table 1 reads 32x32x3"),
    ((QUICK_DISCRIMINATOR, QUICK_DISCRIMINATOR[1:]), 3,
     "row 1 of table 2 reads 32x32x3, and the same row of table 1 reads 16x16x2"),
    # A dense row reads every pixel, so that the sizes must agree too.
    (((CONV, DENSE), (CONV, CONV, DENSE)), 1, "row 3 of table 2 reads 8x8x1, and the same row"),
    ((QUICK_DISCRIMINATOR, (CONV, DENSE)), 2, "row 1 of table 2 is not row 3 of table 1; set"),
    ((QUICK_DISCRIMINATOR, (CONV, DENSE)), 3, "the net can share 0 to 2 rows, not 3"),
])
def test_discriminators_that_cannot_share(tables, rows, message):
    with pytest.raises(UserError, match=message):
        build_discriminators([*map(Architecture, tables)], 2, rows, (32, 32, 3), WIDTH)


def test_rows_that_are_no_dense_ones_read_images_of_any_size():
    patches = CONV, Row("patches", 1, 4)
    nets = build_discriminators([*map(Architecture, (patches, (CONV, *patches)))], 2, 1,
                                (32, 32, 3), WIDTH)
    assert rows_of(shared(nets)) == {"row3"}


@pytest.mark.parametrize("tables, rows, message", [
    ((QUICK_GENERATOR, QUICK_DEEP_GENERATOR), 4, "the net can share 0 to 3 rows, not 4"),
    ((QUICK_GENERATOR[:1] + QUICK_GENERATOR[2:], QUICK_GENERATOR), 2,
     "row 2 of table 2 is not row 2 of table 1; set --shared_generator to 1 or less"),
    ((QUICK_GENERATOR, QUICK_GENERATOR[:2] + QUICK_GENERATOR[3:]), 2, "images of shape 16x16x3"),
])
def test_generators_that_cannot_be_built(tables, rows, message):
    with pytest.raises(UserError, match=message):
        build_generators([*map(Architecture, tables)], 2, rows, 4, WIDTH, image_shape=(32, 32, 3))
