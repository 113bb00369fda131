"""The tables and what rewrites them, without Keras."""

import subprocess
import sys

import pytest

from framework.errors import UserError
from nets.architectures import (
    CLASSIFIERS,
    DISCRIMINATORS,
    GENERATORS,
    SPECTRAL,
    Row,
    replace_norms,
    use_resize_convolutions,
    widen,
)
from nets.architectures.digits import DIGIT_DISCRIMINATOR, DIGIT_GENERATOR, DIGIT_SMALL_GENERATOR
from nets.architectures.faces import FACE_DISCRIMINATOR
from nets.architectures.photographs import RESIDUAL_GENERATOR
from nets.architectures.quick import QUICK_GENERATOR

PAIRS = ["toy", "digit", "digit_small", "face128", "face256", "dcgan64", "residual64",
         "residual128", "quick", "quick_deep", "dcgan28", "normless32", "normless64", "normless128",
         "resnet160", "resnet64"]


def test_both_nets_of_every_pair_make_the_same_images():
    assert list(GENERATORS) == list(DISCRIMINATORS) == PAIRS
    assert list(CLASSIFIERS) == ["B.1", "B.2", "quick", "judge"]
    for name in GENERATORS:
        assert GENERATORS[name].image_shape == DISCRIMINATORS[name].image_shape


@pytest.mark.parametrize("registry", [GENERATORS, DISCRIMINATORS], ids=["generators", "second"])
def test_auto_is_one_net_of_each_image_shape(registry):
    chosen = {net.image_shape: name for name, net in registry.items() if net.auto}
    assert sorted(chosen.values()) == sorted(name for name, net in registry.items() if net.auto)
    assert set(chosen) == {net.image_shape for net in registry.values()}
    assert set(chosen.values()) == {"toy", "digit", "face128", "face256", "dcgan64", "dcgan28",
                                    "resnet160"}


@pytest.mark.parametrize("before", ["", "nets.architectures.quick, nets.architectures.encoders",
                                    "nets.architectures.digits28"])
def test_the_order_is_the_same_whatever_is_imported_before(before):
    code = (f"import {before or 'sys'}\nfrom nets.architectures import GENERATORS\n"
            f"assert list(GENERATORS) == {PAIRS}, list(GENERATORS)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_file_beside_the_others_is_a_net(tmp_path):
    """As `docs/extending.md` has it, in a process of its own."""
    (tmp_path / "own.py").write_text(
        "from nets.architectures import GENERATORS, Architecture, Row\n"
        "GENERATORS.register('own', Architecture((Row('dense', 2),), (2,)))\n")
    code = ("import nets.architectures as package\n"
            f"package.__path__.append({str(tmp_path)!r})\n"
            "from config.options import BY_NAME\n"
            "assert 'own' in BY_NAME['generator'].choices")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_shared_column_of_the_tables():
    """All but the image row (3.1); all but the last two (A.1, A.3); all but the first (3.2) or
    the input and the first convolution (A.2, A.4)."""
    assert {n: len(a.table) - a.shared for n, a in GENERATORS.items()
            if n.startswith(("digit", "face"))} == {
                "digit": 1, "digit_small": 1, "face128": 2, "face256": 2}
    assert {n: len(a.table) - a.shared for n, a in DISCRIMINATORS.items()
            if n.startswith(("digit", "face"))} == {
                "digit": 1, "digit_small": 1, "face128": 2, "face256": 2}


def test_image_rows_end_in_tanh_without_norm_and_scores_end_in_nothing():
    for name, net in GENERATORS.items():
        assert net.table[-1].norm is None
        assert net.table[-1].activation == (None if name == "toy" else "tanh")
    for net in [*DISCRIMINATORS.values(), *CLASSIFIERS.values()]:
        assert net.table[-1].norm in (None, *SPECTRAL) and net.table[-1].activation is None


def test_small_digit_generator_lacks_one_row():
    missing = [row for row in DIGIT_GENERATOR if row not in DIGIT_SMALL_GENERATOR]
    assert missing == [Row("convt", 1024, 4, 1, "batch", "prelu")]
    assert len(DIGIT_SMALL_GENERATOR) == 5


@pytest.mark.parametrize("width, filters", [
    (1.0, [20, 50, 500, 1]), (0.5, [10, 25, 250, 1]), (0.01, [1, 1, 5, 1]),
    (2, [40, 100, 1000, 1]),
])
def test_width_scales_all_rows_but_the_last(width, filters):
    assert [row.filters for row in widen(DIGIT_DISCRIMINATOR, width)] == filters


def test_width_leaves_the_input_row():
    assert widen(FACE_DISCRIMINATOR, 0.5)[0] == FACE_DISCRIMINATOR[0]


@pytest.mark.parametrize("width", [0, -1.0, float("nan")])
def test_width_must_be_positive(width):
    with pytest.raises(UserError, match="width"):
        widen(DIGIT_DISCRIMINATOR, width)


def test_resize_replaces_strided_transposed_convolutions_only():
    assert [row.kind for row in use_resize_convolutions(DIGIT_GENERATOR)] == [
        "project", "convt", "upconv", "upconv", "upconv", "convt"]
    rows = use_resize_convolutions(QUICK_GENERATOR)[1:]
    assert [(row.kernel, row.stride) for row in rows] == [(3, 2)] * 3
    assert [row.filters for row in use_resize_convolutions(RESIDUAL_GENERATOR)] == [
        row.filters for row in RESIDUAL_GENERATOR]


def test_norm_of_the_critic():
    assert replace_norms(FACE_DISCRIMINATOR, None) == FACE_DISCRIMINATOR
    assert {row.norm for row in replace_norms(FACE_DISCRIMINATOR, "layer")} == {"layer", None}
    assert {row.norm for row in replace_norms(FACE_DISCRIMINATOR, "none")} == {None}
    patches = DISCRIMINATORS["residual128"].table
    assert replace_norms(patches, "layer") == patches
    with pytest.raises(UserError, match="critic norm"):
        replace_norms(FACE_DISCRIMINATOR, "instance")


def test_names_are_known_without_tensorflow():
    code = ("import sys, nets.architectures, losses.adversarial, penalties.gradient, "
            "penalties.coupling; list(nets.architectures.GENERATORS); "
            "list(losses.adversarial.LOSSES); list(penalties.gradient.PENALTIES); "
            "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
