"""Twins start as exact copies of their parent, whether it is trained here or was before, and a
run that is broken off in either goes on to the same bits."""

import json

import numpy as np
import pytest

from commands.dispatch import main
from config.resolve import load_config, resolve
from config.run import newest_checkpoint
from data.domain import Domain
from framework.checkpoint import Checkpoints
from framework.errors import UserError
from tests.trainers.test_resume import variables
from trainers import train
from trainers.coupled import build
from trainers.parent import parent_config, start_as
from trainers.restore import Sampler

PLAIN = ["--preset", "none", "--generator", "quick", "--discriminator", "quick", "--width", "0.1",
         "--latent_dim", "4", "--batch_size", "4", "--limit_data", "16", "--ema", "0.9",
         "--sample_every", "50", "--no_sample_early", "--compile", "none", "--no-tensorboard"]
TOYS = ["--preset", "none", "--width", "0.05", "--latent_dim", "3", "--batch_size", "4",
        "--sample_every", "50", "--no_sample_early", "--ema", "0.9", "--compile", "none",
        "--no-tensorboard"]
TWINS = ["--gan_type", "scogan", "--dataset", "glyph2edge", *PLAIN]


def domains():
    images = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3), np.uint8)
    return [Domain(name, images, None, None) for name in ("glyph", "glyph_edge")]


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """A run of one domain, whose averages are not its generator."""
    run = tmp_path_factory.mktemp("one") / "run"
    assert main(["--gan_type", "gan", "--dataset", "glyph", *PLAIN, "--iterations", "3",
                 "--run", str(run)]) == 0
    return run


def test_all_generators_and_averages_start_as_the_parents_average(one):
    config = resolve([*TWINS, "--parent", str(one)])
    trainer, parent = build(config, domains()), Sampler(one).generators[0].get_weights()
    own = [np.array(v) for v in trainer.discriminators[0].variables]
    start_as(trainer, one, config)
    for net in trainer.generators:
        for mine, theirs in zip(net.get_weights(), parent, strict=True):
            np.testing.assert_array_equal(mine, theirs)
    z = np.random.default_rng(0).uniform(-1, 1, (5, 4)).astype("float32")
    first, second = trainer.sample(z)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(first, Sampler(one).draw(z)[0], atol=1e-6)
    for before, after in zip(own, trainer.discriminators[0].variables, strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_discriminators_too_where_asked_for(one):
    config = resolve([*TWINS, "--parent", str(one), "--parent_discriminators"])
    trainer = build(config, domains())
    own = [np.array(v) for v in trainer.discriminators[1].variables]
    start_as(trainer, one, config)
    first, second = ([np.array(v) for v in net.variables] for net in trainer.discriminators)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert any((a != b).any() for a, b in zip(own, second, strict=True))


def test_a_frozen_leader_is_its_parent_to_the_end(one, tmp_path):
    assert main([*TWINS, "--parent", str(one), "--feature_weight", "1", "--leader", "1",
                 "--leader_frozen", "--iterations", "3", "--run", str(tmp_path / "run")]) == 0
    twins, parent = Sampler(tmp_path / "run"), Sampler(one)
    for mine, theirs in zip(twins.generators[0].get_weights(), parent.generators[0].get_weights(),
                            strict=True):
        np.testing.assert_array_equal(mine, theirs)
    first, second = twins(6)
    np.testing.assert_allclose(first, parent(6)[0], atol=1e-6)
    assert np.abs(second - first).mean() > 1e-3


@pytest.mark.parametrize("flags, says", [
    (["--width", "0.2"], "another generator"),
    (["--latent_dim", "5"], "another generator"),
    (["--latent", "normal"], "--latent uniform")])
def test_a_parent_of_other_nets_or_latents_is_refused(one, flags, says):
    config = resolve([*TWINS, *flags, "--parent", str(one)])
    with pytest.raises(UserError, match=says):
        start_as(build(config, domains()), one, config)


def test_mistakes_are_one_line_before_anything_is_made(tmp_path, one, capsys):
    run = tmp_path / "run"
    for flags, says in ((["--parent", str(tmp_path / "no")], "there is no run at"),
                        (["--parent", str(one), "--parent_iterations", "2"],
                         "a trained parent is given"),
                        (["--parent_type", "cogan"], "parent_type belongs to")):
        assert main([*TWINS, *flags, "--iterations", "2", "--run", str(run)]) == 2
        assert says in capsys.readouterr().err
        assert not run.exists()


@pytest.mark.parametrize("kind, drawn", [("gan", 1), ("cogan", 2)])
def test_the_parents_options(tmp_path, kind, drawn):
    config = resolve([*TWINS, "--parent_iterations", "7", "--parent_type", kind, "--feature_weight",
                      "3", "--coupling_warmup", "9", "--lr_g", "0.003", "--run", str(tmp_path)])
    parent = parent_config(config, (32, 32, 3))
    assert (parent.experiment.gan_type, parent.training.iterations) == (kind, 7)
    assert (parent.coupling.feature_weight, parent.coupling.coupling_warmup) == (0, 0)
    assert parent.training.lr_g == 0.003
    net = build(parent, domains()[:drawn])
    assert len(net.generators) == drawn
    shared = set.intersection(*({id(v) for v in g.weights} for g in net.generators))
    own = [v.path for v in net.generators[0].weights if id(v) not in shared]
    assert len(own) == (0 if drawn == 1 else 2)         # kernel and bias of the image's row


def test_a_stop_in_the_parent_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    run = tmp_path / "a run"
    flags = ["--gan_type", "scogan", "--domains", "ring,grid25", *TOYS, "--parent_iterations", "4",
             "--iterations", "4"]
    with monkeypatch.context() as patched:
        patched.setattr(train, "fit", lambda *_, **__: 1)         # as after a Ctrl-C
        assert main([*flags, "--run", str(run)]) == 0
    said = capsys.readouterr().out
    assert "its parent has 1 of 4 iterations" in said and f"--run '{run}'" in said
    assert main(["--run", str(run)]) == 0
    assert (newest_checkpoint(run / "parent"), newest_checkpoint(run)) == (4, 4)


class Killed(BaseException):
    """Passes every guard, as a kill does."""


def test_killed_in_parent_and_in_twins_and_resumed_equals_unbroken(tmp_path, monkeypatch):
    flags = ["--gan_type", "scogan", "--domains", "ring,grid25", *TOYS, "--feature_weight", "1",
             "--parent_iterations", "4", "--iterations", "4", "--checkpoint_every", "2"]
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    assert main([*flags, "--run", str(unbroken)]) == 0
    assert (newest_checkpoint(unbroken / "parent"), newest_checkpoint(unbroken)) == (4, 4)
    assert json.loads((unbroken / "parent" / "domains.json").read_text())[0]["name"] == "ring"

    save = Checkpoints.save
    for killed in (broken / "parent", broken):
        def once(self, iteration, here=killed / "checkpoints"):
            save(self, iteration)
            if self.folder == here:
                raise Killed
        monkeypatch.setattr(Checkpoints, "save", once)
        with pytest.raises(Killed):
            main([*flags, "--run", str(broken)])
        assert newest_checkpoint(killed) == 2
    monkeypatch.setattr(Checkpoints, "save", save)
    assert main([*flags, "--run", str(broken)]) == 0
    for part in ("parent", "."):
        a, b = variables(unbroken / part), variables(broken / part)
        assert a.keys() == b.keys() and len(a) > 30
        for name in a:
            np.testing.assert_array_equal(a[name], b[name], err_msg=name)
    assert load_config(unbroken).nets.parent_iterations == 4
