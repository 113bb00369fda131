"""Walks between latents: their paths, and the files of the command."""

from types import SimpleNamespace

import numpy as np
import pytest

from framework.errors import UserError
from trainers import walk as module
from trainers.restore import Sampler
from trainers.walk import along_the_sphere, film, main, straight, walk_images


class Echo:
    """A sampler of two domains whose images are flat in the latent's first three numbers."""

    def __init__(self, latent="uniform", classes=0, points=False):
        self.config = SimpleNamespace(training=SimpleNamespace(latent=latent),
                                      output=SimpleNamespace(sample_layout="pairs"))
        self.classes = classes
        self.domains, self.points, self.drawn = ["a", "b"], points, []
        self.image_shape = (2,) if points else (8, 8, 3)

    picture = Sampler.picture

    def latents(self, count, seed):
        return np.random.default_rng(seed).normal(size=(count, 4)).astype("float32")

    def draw(self, z):
        self.drawn.append(z)
        flat = np.tanh(z[:, None, None, :3]) * np.ones((1, 8, 8, 1), "float32")
        return [z[:, :2]] * 2 if self.points else [flat, -flat]


def test_straight_lines():
    a, b = np.zeros((2, 3)), np.array([[1.0, 2, 3], [4, 5, 6]])
    path = straight(a, b, [0, 0.25, 1])
    np.testing.assert_allclose(path, np.stack([0 * b, 0.25 * b, b], 1))


def test_the_great_circle_keeps_the_norm_and_its_ends():
    rng = np.random.default_rng(0)
    a, b = (x / np.linalg.norm(x, axis=-1, keepdims=True) * 3 for x in rng.normal(size=(2, 5, 8)))
    path = along_the_sphere(a, b, np.linspace(0, 1, 7))
    np.testing.assert_allclose(np.linalg.norm(path, axis=-1), 3)
    np.testing.assert_allclose(path[:, 0], a, atol=1e-12)
    np.testing.assert_allclose(path[:, -1], b, atol=1e-12)
    middle = (a + b) / np.linalg.norm(a + b, axis=-1, keepdims=True) * 3
    np.testing.assert_allclose(path[:, 3], middle)


@pytest.mark.parametrize("latent", ["uniform", "normal"])
def test_all_domains_take_the_same_walk_between_random_ends(latent):
    sampler = Echo(latent)
    one, other = walk_images(sampler, rows=3, steps=5, seed=4)
    np.testing.assert_array_equal(one, -other)
    assert one.shape == (3, 5, 8, 8, 3)
    ends = np.tanh(sampler.latents(6, 4)[:, :3])
    np.testing.assert_allclose(one[:, 0, 0, 0], ends[:3], rtol=1e-5)
    np.testing.assert_allclose(one[:, -1, 0, 0], ends[3:], rtol=1e-5)


def test_each_row_keeps_its_class():
    sampler = Echo(classes=2)
    walk_images(sampler, rows=3, steps=4, seed=1)
    code = sampler.drawn[0].reshape(3, 4, 6)[..., 4:]
    np.testing.assert_array_equal(code, np.broadcast_to(
        np.array([[1, 0], [0, 1], [1, 0]])[:, None], (3, 4, 2)))


def test_a_film_shows_every_row_and_goes_back():
    frames = film(walk_images(Echo(), rows=3, steps=4, seed=1))
    assert len(frames) == 6 and frames.dtype == np.uint8
    np.testing.assert_array_equal(frames[1], frames[5])
    assert np.abs(frames[0].astype(int) - frames[3]).max() > 50


@pytest.fixture
def run(tmp_path, monkeypatch):
    def use(sampler):
        monkeypatch.setattr(module, "Sampler", lambda path: sampler)
        return tmp_path
    return use


def test_the_command_writes_a_grid_and_the_films_asked_for(run, capsys):
    folder = run(Echo())
    main(folder, rows=2, columns=3, seed=7, gif=True, mp4=True)
    assert {path.name for path in folder.iterdir()} == {
        "walk-7.png", "walk-7.gif", "walk-7.mp4"}
    assert "2 walks in a, b, seed 7" in capsys.readouterr().out
    main(folder, rows=2, columns=3, output=folder / "other.png")
    assert (folder / "other.png").is_file() and not (folder / "other.gif").exists()


@pytest.mark.parametrize("sampler, settings, message", [
    (Echo(points=True), {}, "draws 2-D points; a walk needs images"),
    (Echo(), {"output": "walk.jpg"}, "the picture is a .png"),
    (Echo(), {"rows": 1000, "columns": 1000}, "64000 x 128000 pixels.*; lower --rows or --col"),
    (Echo(), {"rows": 65, "gif": True}, "4160 pixels wide, more than 4096; lower --rows")])
def test_what_cannot_be_walked(run, sampler, settings, message):
    with pytest.raises(UserError, match=message):
        main(run(sampler), **{"rows": 2, "columns": 3, **settings})
    assert sampler.drawn == []
