"""The judge has a seed, a table and images of its own; the run's held-out images measure it."""

from types import SimpleNamespace

import numpy as np
import pytest

from config.resolve import resolve
from data.domain import Domain
from trainers import judge
from trainers.domains import load_apart, load_domains


@pytest.mark.parametrize("side, table, settings", [
    (32, "judge", {"iterations": 1500, "lr": 3e-3, "views": ("translation",)}),
    (64, "quick", {"iterations": 1500})])
def test_it_learns_images_of_its_own_from_a_seed_of_its_own(monkeypatch, side, table, settings):
    asked, held_out = [], [Domain("a", np.zeros((2, side, side, 3), np.uint8))]

    def train_once(domains, held_out, **settings):
        asked.append((domains, held_out(), settings))
        return "model", {"a": 0.5, "b": 0.98765}

    monkeypatch.setattr(judge, "load_domains", lambda config, split: {"test": held_out}[split])
    monkeypatch.setattr(judge, "load_apart", lambda config, like, seed: ("apart", like, seed))
    monkeypatch.setattr(judge, "train_once", train_once)
    model, about = judge.judge_of(SimpleNamespace(experiment=SimpleNamespace(seed=7)))
    assert asked == [(("apart", held_out, 1007), held_out,
                      {"seed": 1007, "table": table, **settings})] and model == "model"
    assert about == {"judge": {"accuracy_on_held_out": {"a": 0.5, "b": 0.98765}, "seed": 1007,
                               "table": table}}
    assert judge.judge_line(about) == (
        "the judge reads 50.0 % of held-out a, 98.8 % of held-out b")


def both(*flags):
    """The run's own domains and those that its judge learns."""
    config = resolve(["--gan_type", "scogan", "--preset", "none", *flags])
    return load_domains(config), load_apart(config, load_domains(config, "test"), 1002)


def test_domains_that_share_a_source_are_loaded_whole(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "mnist.npz", **{
        f"{split}_{part}": values for split in ("train", "test") for part, values in
        (("images", rng.integers(0, 256, (40, 28, 28), np.uint8)),
         ("labels", np.arange(40, dtype=np.uint8) % 10))})
    own, apart = both("--dataset", "mnist2negative", "--data_dir", str(tmp_path),
                      "--image_size", "16")
    assert [len(d) for d in own] == [20, 20] and [len(d) for d in apart] == [40, 40]
    assert [d.name for d in apart] == [d.name for d in own] == ["mnist", "mnist_negative"]
    np.testing.assert_array_equal(255 - apart[0].images, apart[1].images)
    np.testing.assert_array_equal(apart[0].images[:20], own[0].images)
    np.testing.assert_array_equal(apart[1].images[20:], own[1].images)


def test_what_a_program_draws_is_drawn_anew():
    own, apart = both("--dataset", "glyph2negative", "--limit_data", "50")
    assert [len(d) for d in (*own, *apart)] == [50] * 4
    drawn = {image.tobytes() for image in (*own[0].images, *(255 - own[1].images))}
    assert len(drawn) == 100
    assert not any(image.tobytes() in drawn for image in apart[0].images)
