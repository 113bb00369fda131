"""Drawing from a run's folder alone: as the trainer itself drew, with and without classes."""

import shutil

import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from config.run import Run, shown_checkpoint
from data.domain import Domain
from framework.checkpoint import Checkpoints
from framework.errors import UserError
from framework.grid import SEPARATOR
from trainers.conditional import one_row_per_class
from trainers.coupled import build
from trainers.domains import read_description, write_description
from trainers.pictures import grid_latents, sample_picture
from trainers.restore import Sampler

FLAGS = ["--dataset", "glyph2edge", "--preset", "none", "--generator", "quick",
         "--discriminator", "quick", "--width", "0.1", "--latent_dim", "4",
         "--sample_columns", "4", "--sample_rows", "1"]


def domain(name):
    images = np.random.default_rng(0).integers(0, 256, (24, 32, 32, 3), np.uint8)
    return Domain(name, images, np.arange(24, dtype=np.int32) % 3, 3)


@pytest.fixture(params=[["--ema", "0.9"], ["--conditional"]], ids=["averaged", "conditional"],
                scope="module")
def trained(request, tmp_path_factory):
    """(trainer, path of its run, configuration, domains) with weights that no seed gives."""
    folder = tmp_path_factory.mktemp("runs")
    config = resolve([*FLAGS, *request.param, "--run", str(folder / "run")])
    domains = (domain("glyph"), domain("glyph_edge"))
    trainer = build(config, domains)
    for v in [*trainer.generator.trainable_variables,
              *(trainer.average.model.trainable_variables if trainer.average else [])]:
        v.assign(v + 0.05)
    with Run.open(config.experiment.run, config) as run:
        write_description(run.path, domains)
        Checkpoints(run.checkpoints, trainer.state()).save(3)
    return trainer, run.path, config, domains


def test_the_same_images_from_the_folder(trained):
    trainer, path, config, _ = trained
    sampler = Sampler(path)
    assert sampler.domains == ["glyph", "glyph_edge"]
    assert sampler.classes == (3 if config.nets.conditional else 0)
    z = np.random.default_rng(1).normal(size=(5, 4 + sampler.classes)).astype("float32")
    for found, expected in zip(sampler.draw(z), trainer.sample(z), strict=True):
        assert found.shape == (5, 32, 32, 3)
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_the_best_checkpoint_is_drawn_from_where_one_is_kept(trained):
    trainer, path, config, _ = trained
    assert shown_checkpoint(path) == (path / "checkpoints", 3)
    before, variables = Sampler(path)(2), trainer.state()["averaged"] or (
        trainer.generator.trainable_variables)
    kept = [v.numpy() for v in variables]
    for v in variables:
        v.assign(v + 0.1)
    Checkpoints(Run(path, config).best, trainer.state(), keep=1).save(2)
    for v, value in zip(variables, kept, strict=True):
        v.assign(value)
    try:
        assert shown_checkpoint(path) == (path / "checkpoints" / "best", 2)
        assert np.abs(Sampler(path)(2)[0] - before[0]).max() > 1e-3
    finally:
        shutil.rmtree(path / "checkpoints" / "best")


def test_classes_come_in_turn_and_in_rows_of_a_grid(trained):
    _, path, config, _ = trained
    sampler = Sampler(path)
    z = np.array(sampler.latents(6, seed=2))
    assert z.shape == (6, 4)
    code = np.eye(3, dtype="float32")[np.arange(6) % 3][:, :sampler.classes]
    np.testing.assert_allclose(sampler(6, seed=2)[0],
                               sampler.draw(np.concatenate([z, code], 1))[0], atol=1e-6)
    images, columns = sampler.grid(7, seed=2)
    if config.nets.conditional:
        assert columns == 2 and len(images[0]) == 6
        rows = one_row_per_class(sampler.latents(2, seed=2), 3)
        np.testing.assert_allclose(images[1], sampler.draw(rows)[1], atol=1e-6)
    else:
        assert columns == 4 and len(images[0]) == 7


def test_the_picture_has_a_row_per_class(trained):
    trainer, _, config, domains = trained
    picture = sample_picture(trainer, config, domains)()
    rows = 3 if config.nets.conditional else 1
    assert picture.shape[0] == 2 * rows * 64 + (rows - 1) * 2 * SEPARATOR
    margin = picture.shape[1] - 4 * 64
    assert 40 < margin < 200 and (picture[:, 0] == 255).any() and picture[:, margin:].std() > 1
    assert tf.reduce_all(tf.abs(grid_latents(config.training, 4, 0)) <= 1)


def test_a_run_that_never_began(tmp_path):
    config = resolve([*FLAGS, "--run", str(tmp_path / "run")])
    with Run.open(config.experiment.run, config) as run:
        with pytest.raises(UserError, match="domains.json"):
            Sampler(run.path)
        write_description(run.path, (domain("glyph"), domain("glyph_edge")))
        with pytest.raises(UserError, match="has no checkpoint yet"):
            Sampler(run.path)


@pytest.mark.parametrize("content", [
    b"", b"[]", b"{}", b"null", b"[1]", b'[{"name": "a"}]', b"\xff", b"[" * 100_000,
    b'[{"name": "a", "images": 1, "shape": [32, 32, 3], "classes": "x"}]',
    b'[{"name": "a", "images": 1, "shape": [32, -2, 3], "classes": 1}]',
    b'[{"name": "a", "images": 1, "shape": [' + b"9" * 400 + b'], "classes": 1}]', None])
def test_what_is_no_description_is_refused(tmp_path, content):
    if content is None:
        (tmp_path / "domains.json").mkdir()
    else:
        (tmp_path / "domains.json").write_bytes(content)
    with pytest.raises(UserError, match="domains.json is damaged"):
        read_description(tmp_path)


def test_a_run_that_diverged_draws_nothing(trained, monkeypatch):
    sampler = Sampler(trained[1])
    monkeypatch.setattr(sampler, "draw", lambda z: [np.full((2, 4, 4, 3), np.nan)])
    with pytest.raises(UserError, match="training diverged"):
        sampler.grid(6, seed=1)


def test_more_than_a_picture_holds_is_refused_before_it_is_drawn(trained, monkeypatch):
    sampler = Sampler(trained[1])
    monkeypatch.setattr(sampler, "draw", None)
    with pytest.raises(UserError, match="pixels, more than .*; lower --count"):
        sampler.grid(100_000, seed=1)
