"""A CoGAN whose second domain has deeper nets: it trains, goes on, draws and is exported."""

import json
from typing import Any

import keras
import numpy as np
import pytest

from benchmarks.counts import work_of
from commands.dispatch import main
from config.resolve import load_config, resolve
from trainers.coupled import discriminators_for, generators_for
from trainers.fitted_encoder import Encoder
from trainers.parent import parent_config
from trainers.restore import Sampler

PAIR = ["--gan_type", "cogan", "--dataset", "glyph2edge", "--preset", "none", "--width", "0.05",
        "--latent_dim", "4", "--batch_size", "4", "--limit_data", "12", "--compile", "none",
        "--no-tensorboard", "--no-sample_early", "--sample_every", "9"]
DEPTHS = ["--generator", "quick,quick_deep", "--discriminator", "quick,quick_deep"]
IMAGE = (32, 32, 3)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run that went on after its second iteration."""
    path = tmp_path_factory.mktemp("depths") / "run"
    assert main([*PAIR, *DEPTHS, "--iterations", "2", "--run", str(path)]) == 0
    assert main(["--run", str(path), "--iterations", "3"]) == 0
    return path


def held(nets):
    """The identities of each net's variables."""
    return [{id(v) for v in net.weights} for net in nets]


def test_it_trains_and_goes_on(run):
    rows = (run / "losses.csv").read_text().splitlines()
    assert rows[-1].startswith("2,") and "nan" not in rows[-1]      # the third, from 0 on
    assert Sampler(run).checkpoint == 3
    assert json.loads((run / "config.json").read_text())["generator"] == "quick,quick_deep"


def test_it_shares_variables_and_the_second_domain_has_more(run):
    """Rows with batch norm hold six variables, others two."""
    config = load_config(run)
    short, deep = held(generators_for(config, 2, IMAGE))
    assert (len(short & deep), len(short - deep), len(deep - short)) == (3 * 6, 2, 6 + 2)
    short, deep = held(discriminators_for(config, 2, IMAGE))
    assert (len(short & deep), len(short - deep), len(deep - short)) == (6 + 2, 2 + 6, 2 + 2 + 6)


def test_what_is_drawn_and_exported_is_the_same(run, tmp_path):
    sampler = Sampler(run)
    z = sampler.inputs(3, seed=1)
    drawn = sampler.draw(z)
    assert [x.shape for x in drawn] == [(3, 32, 32, 3)] * 2
    assert main(["sample", str(run), "--count", "4", "--output", str(tmp_path / "few.png")]) == 0
    assert (tmp_path / "few.png").stat().st_size > 0
    assert main(["export", str(run), "--output", str(tmp_path / "out")]) == 0
    load: Any = keras.saving.load_model
    joint = load(run / "models" / "generators.keras")(z, training=False)
    for k, name in enumerate(("glyph", "glyph_edge")):
        alone = load(tmp_path / "out" / f"generator_{name}.keras")
        np.testing.assert_allclose(alone(z, training=False), drawn[k], atol=1e-5)
        np.testing.assert_allclose(joint[k]["image"], drawn[k], atol=1e-5)


def test_its_encoder_has_the_rows_of_the_first_discriminator(run):
    assert sum("_conv" in layer.name for layer in Encoder(Sampler(run)).net.layers) == 3


@pytest.mark.parametrize("flags, message", [
    (["--shared_discriminator", "4"],
     "row 2 of table 2 reads 32x32x1, and the same row of table 1 reads 32x32x3"),
    (["--shared_generator", "0", "--feature_weight", "1", "--feature_rows", "2,4"],
     "features of row 4 cannot be compared: their shape is (32, 32, 3) in the first domain and "
     "(32, 32, 2) in domain 2"),
    (["--shared_generator", "0", "--feature_weight", "1", "--feature_rows", "5"],
     "features can be compared over 1 to 4 rows, not 5"),
    (["--shared_generator", "4"], "row 4 of quick_deep is not row 4 of quick"),
])
def test_a_mistake_is_one_line_and_makes_nothing(flags, message, tmp_path, capsys):
    path = tmp_path / "run"
    assert main([*PAIR, *DEPTHS, *flags, "--iterations", "2", "--run", str(path)]) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
    assert not path.exists()


def test_its_parent_draws_every_domain_with_the_same_nets(tmp_path):
    """The generators share every row that both tables have; the discriminators share as in the
    run itself, which is a scogan: nothing."""
    asked = [*PAIR, *DEPTHS, "--gan_type", "scogan", "--parent_iterations", "5", "--run",
             str(tmp_path)]
    parent = parent_config(resolve([*asked, "--parent_type", "cogan"]), IMAGE)
    assert (parent.nets.shared_generator, parent.nets.shared_discriminator) == (3, 0)
    own, parents = (generators_for(config, 2, IMAGE) for config in (resolve(
        [*asked, "--parent_type", "cogan"]), parent))
    assert [[v.shape for v in net.weights] for net in own] == [
        [v.shape for v in net.weights] for net in parents]
    of_first = parent_config(resolve([*asked, "--generator", "quick"]), IMAGE)
    assert (of_first.nets.generator, of_first.nets.discriminator) == ("quick", "quick")


def test_the_count_of_its_work_is_that_of_both_tables():
    """Generators that share nothing, and discriminators, each cost what they cost among equals."""
    apart = [*PAIR, "--shared_generator", "0"]
    short, deep, both = (sum(work_of(resolve([*apart, "--generator", names, "--discriminator",
                                              names]), 2, IMAGE, 0).values())
                         for names in ("quick", "quick_deep", "quick,quick_deep"))
    assert 2 * both == short + deep and deep > 1.2 * short
    shared = work_of(resolve([*PAIR, *DEPTHS]), 2, IMAGE, 0)["critic fakes"]
    alone = work_of(resolve([*apart, *DEPTHS]), 2, IMAGE, 0)["critic fakes"]
    rows = 4 * 96 + 16 * 4 * 4 * 6 * 5 + 16 * 8 * 8 * 5 * 3        # of three rows at this width
    assert alone - shared == 4 * 2 * rows
