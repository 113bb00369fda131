"""The tables of a run, and how many rows its domains share."""

import pytest

from config.resolve import resolve
from config.tables import discriminator_tables, generator_tables, shared_rows
from framework.errors import UserError
from nets.architectures import DISCRIMINATORS, GENERATORS

PAIR = ["--dataset", "glyph2edge", "--preset", "none", "--gan_type"]
DEPTHS = ["--generator", "quick,quick_deep", "--discriminator", "quick_deep, quick"]


@pytest.mark.parametrize("chosen, gan_type, rows", [
    (-1, "cogan", 4), (-1, "scogan", 0), (-1, "gan", 0), (2, "cogan", 2), (0, "cogan", 0),
    (3, "scogan", 3)])
def test_shared_rows(chosen, gan_type, rows):
    assert shared_rows(chosen, gan_type, 4) == rows


@pytest.mark.parametrize("gan_type, generator_rows, discriminator_rows", [
    ("cogan", 3, 2), ("scogan", 0, 0)])
def test_one_table_for_each_domain(gan_type, generator_rows, discriminator_rows):
    """A CoGAN shares as many rows as every table says: three of quick, four of quick_deep."""
    config = resolve([*PAIR, gan_type, *DEPTHS])
    g, d = GENERATORS, DISCRIMINATORS
    assert generator_tables(config, 2) == ([g["quick"], g["quick_deep"]], generator_rows)
    assert discriminator_tables(config, 2) == ([d["quick_deep"], d["quick"]], discriminator_rows)
    alike = resolve([*PAIR, gan_type, "--generator", "quick_deep"])
    assert generator_tables(alike, 2, (32, 32, 3))[0] == [g["quick_deep"]] * 2
    assert alike.stored()["generator"] == "quick_deep"      # as runs from before have it


@pytest.mark.parametrize("flags, message", [
    (["--generator", "quick,quick_deep,quick"],
     "generator names 3 tables, and there are 2 domains; name one"),
    (["--generator", "quick,quick_dep"], "unknown generator 'quick_dep'; did you mean"),
    (["--generator", "quick,"], "unknown generator ''"),
    (["--discriminator", "auto,quick"], "discriminator auto chooses for all domains"),
    (["--generator", "quick,dcgan28"],
     r"generator: quick is for images of \(32, 32, 3\), and dcgan28 for \(28, 28, 3\)"),
    (["--generator", "digit,digit_small"],
     "the generators cannot share their first 4 rows: row 2 of digit_small is not row 2 of digit; "
     "set --shared_generator to 1 or less"),
    (["--discriminator", "quick_deep,digit"],
     "the discriminators cannot share their last 2 rows: row 3 of digit is not row 4 of "
     "quick_deep; set --shared_discriminator to 1 or less"),
    (["--generator", "quick,quick_deep", "--shared_generator", "4"],
     "the generators cannot share their first 4 rows: row 4 of quick_deep is not row 4 of quick"),
    (["--generator", "quick,quick_deep", "--shared_generator", "5"],
     "shared_generator is 5 and the table quick has 4 rows"),
    (["--generator", "quick_deep,quick", "--feature_weight", "1", "--feature_layers", "5"],
     "feature_layers is 5 and the table quick has 4 rows"),
    (["--generator", "quick,quick_deep", "--tying_weight", "1"],
     "tying compares weight with weight, and the tables quick,quick_deep are not the same"),
    (["--generator", "quick,quick_deep", "--parent_iterations", "5"],
     "a parent of one domain has one generator, of which quick,quick_deep cannot all be copies"),
    (["--discriminator", "quick,quick_deep", "--parent_iterations", "5", "--parent_discriminators"],
     "a parent of one domain has one discriminator, of which quick,quick_deep"),
    (["--discriminator", "quick,face128", "--disc_penalty", "wgan-gp", "--discriminator_norm",
      "table"], "discriminator_norm layer"),
])
def test_what_does_not_go_together(flags, message):
    with pytest.raises(UserError, match=message):
        resolve([*PAIR, "cogan", *flags])


@pytest.mark.parametrize("flags", [
    ["--generator", "digit,digit_small", "--shared_generator", "1"],
    ["--generator", "quick,quick", "--tying_weight", "1", "--parent_iterations", "5"],
    ["--generator", "quick,quick_deep", "--parent_iterations", "5", "--parent_type", "cogan"],
    ["--discriminator", "quick,quick_deep", "--parent_iterations", "5"],
])
def test_what_does(flags):
    resolve([*PAIR, "cogan", *flags])
