import numpy as np
import pytest

from data import folders, transforms
from data.batches import Batches
from data.glyph import Glyphs
from data.load import load
from framework.errors import UserError


@pytest.fixture(autouse=True)
def few_glyphs(monkeypatch):
    monkeypatch.setattr("data.glyph.COUNTS", {"train": 300, "test": 60})


def test_domains_of_one_source_get_disjoint_parts_in_order(tmp_path, write_npz):
    arrays = write_npz(tmp_path)
    plain, edges = load(("mnist", "mnist_edge"), tmp_path)
    assert plain.images.shape == edges.images.shape == (20, 32, 32, 3)
    first, second = arrays["train_images"][:20], arrays["train_images"][20:]
    np.testing.assert_array_equal(plain.images, transforms.plain(first, 32))
    np.testing.assert_array_equal(edges.images, transforms.edge(second, 32))
    np.testing.assert_array_equal(plain.labels, arrays["train_labels"][:20])
    np.testing.assert_array_equal(edges.labels, arrays["train_labels"][20:])
    assert (plain.name, plain.classes) == ("mnist", 10)


def test_three_domains_get_thirds_and_another_source_its_whole(tmp_path, write_npz):
    arrays = write_npz(tmp_path)
    write_npz(tmp_path, "svhn")
    a, svhn, b, c = load(("mnist", "svhn", "mnist_negative", "mnist"), tmp_path)
    assert [len(d) for d in (a, svhn, b, c)] == [13, 40, 13, 13]
    np.testing.assert_array_equal(a.labels, arrays["train_labels"][:13])
    np.testing.assert_array_equal(b.labels, arrays["train_labels"][13:26])
    np.testing.assert_array_equal(c.labels, arrays["train_labels"][26:39])
    np.testing.assert_array_equal(
        c.images, transforms.plain(arrays["train_images"][26:39], 32))
    assert [d.name for d in (a, svhn, b, c)] == ["mnist_1", "svhn", "mnist_negative", "mnist_4"]


def test_glyph_and_its_streets_show_different_digits():
    plain, streets = load(("glyph", "glyph_street"))
    assert plain.images.shape == streets.images.shape == (150, 32, 32, 3)
    np.testing.assert_array_equal(plain.images[..., 0], Glyphs(300)[:150])
    np.testing.assert_array_equal(plain.labels, Glyphs(300).labels[:150])
    np.testing.assert_array_equal(streets.labels, Glyphs(300).labels[150:])
    expected = transforms.street(Glyphs(300)[150:], 32, (0, 1, 0))
    np.testing.assert_array_equal(streets.images, expected)


def test_loading_is_deterministic_and_follows_the_seed():
    first, again, other = (load(("glyph_street",), limit=20, seed=s)[0] for s in (4, 4, 5))
    np.testing.assert_array_equal(first.images, again.images)
    assert (first.images != other.images).any((1, 2, 3)).all()


def test_the_test_split_is_held_out(tmp_path, write_npz):
    arrays = write_npz(tmp_path)
    held, = load(("mnist",), tmp_path, split="test")
    np.testing.assert_array_equal(held.images, transforms.plain(arrays["test_images"], 32))
    train, = load(("glyph",))
    test, = load(("glyph",), split="test")
    assert len(test) == 60
    assert not {i.tobytes() for i in train.images} & {i.tobytes() for i in test.images}


def test_limit_keeps_the_first_of_each_domain(tmp_path, write_npz):
    write_npz(tmp_path)
    whole = load(("mnist", "mnist_edge"), tmp_path)
    cut = load(("mnist", "mnist_edge"), tmp_path, limit=7)
    for all_of_it, few in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(few.images, all_of_it.images[:7])
        np.testing.assert_array_equal(few.labels, all_of_it.labels[:7])
    for every in (None, 0, 1000):
        assert len(load(("mnist",), tmp_path, limit=every)[0]) == 40


def test_image_size_overrides_the_native_one(tmp_path, write_images):
    write_images(tmp_path, 12)
    names = ("glyph", f"folder:{tmp_path}")
    assert [d.images.shape[1:] for d in load(names)] == [(64, 64, 3)] * 2
    assert [d.images.shape[1:] for d in load(names, image_size=16)] == [(16, 16, 3)] * 2
    assert load(("glyph",), image_size=0)[0].images.shape == (300, 32, 32, 3)


def test_toys_are_points():
    ring, = load(("ring",), limit=100)
    assert ring.images.shape == (100, 2) and ring.images.dtype == np.float32
    with pytest.raises(UserError, match="cannot be coupled: ring, glyph"):
        load(("ring", "glyph"))
    with pytest.raises(UserError, match="image_size means nothing"):
        load(("ring",), image_size=32)


def test_folders_have_short_names_of_their_own(tmp_path, write_images):
    for name in ("a/photos", "b/photos", "c/paintings"):
        write_images(tmp_path / name, 4)
    names = [f"folder:{tmp_path / name}" for name in ("a/photos", "b/photos", "c/paintings")]
    domains = load(names)
    assert [d.name for d in domains] == ["photos_1", "photos_2", "paintings"]
    assert all(d.labels is None and d.classes is None for d in domains)


def test_batches_of_a_streamed_folder(tmp_path, write_images, monkeypatch):
    write_images(tmp_path, 9)
    kept = load((f"folder:{tmp_path}",), image_size=8)
    monkeypatch.setattr(folders, "MAX_DECODED_BYTES", 0)
    streamed = load((f"folder:{tmp_path}",), image_size=8)
    assert isinstance(streamed[0].images, folders.ImageFiles)
    for iteration in (0, 3):
        np.testing.assert_array_equal(Batches(streamed, 4, 2)(iteration)[0],
                                      Batches(kept, 4, 2)(iteration)[0])


@pytest.mark.parametrize("wrong, message", [
    ({"limit": -1}, "limit_data must not be negative"),
    ({"image_size": -32}, "image_size must be at least 8"),
    ({"image_size": 4}, "image_size must be at least 8"),
    ({"seed": -1}, "seed must not be negative"),
    ({"split": "valid"}, "train or test, not 'valid'"),
    ({"names": ("glyf",)}, "unknown data set 'glyf'; did you mean 'glyph'"),
    ({"names": ("folder:nowhere/at/all",)}, "no folder nowhere/at/all"),
])
def test_impossible_requests_are_refused(wrong, message):
    with pytest.raises(UserError, match=message):
        load(**{"names": ("glyph",), **wrong})


def test_a_source_too_small_to_share(tmp_path, write_images):
    write_images(tmp_path, 1)
    with pytest.raises(UserError, match="1 images, too few to share among 2"):
        load((f"folder:{tmp_path}", f"folder:{tmp_path}"))
