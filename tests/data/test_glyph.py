import cv2
import numpy as np
import pytest

from data.glyph import COUNTS, Glyphs
from framework.errors import UserError


def unit_rows(images):
    rows = images.reshape(len(images), -1).astype(np.float32)
    rows -= rows.mean(1, keepdims=True)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def nearest_neighbour_accuracy(images, labels, test_images, test_labels):
    nearest = (unit_rows(test_images) @ unit_rows(images).T).argmax(1)
    return (labels[nearest] == test_labels).mean()


def test_shapes_types_and_default_sizes():
    glyphs = Glyphs()
    assert len(glyphs) == COUNTS["train"] == 20_000 and len(Glyphs(split="test")) == 4_000
    images = glyphs[:20]
    assert images.shape == (20, 32, 32) and images.dtype == np.uint8
    assert glyphs.labels.shape == (20_000,) and glyphs.labels.dtype == np.int32


def test_classes_are_balanced_in_every_ten():
    labels = Glyphs(1500).labels
    np.testing.assert_array_equal(np.sort(labels.reshape(-1, 10), axis=1),
                                  np.tile(np.arange(10), (150, 1)))
    assert len({tuple(ten) for ten in labels.reshape(-1, 10)}) > 140


def test_a_slice_depends_on_nothing_but_seed_and_split():
    whole = Glyphs(1200)[:]
    for start, stop in ((480, 520), (0, 3), (500, 1000), (730, 1100)):
        np.testing.assert_array_equal(Glyphs(20_000)[start:stop], whole[start:stop])
    np.testing.assert_array_equal(Glyphs(1200).labels, Glyphs(20_000).labels[:1200])
    assert (Glyphs(10, seed=1)[:] != whole[:10]).any((1, 2)).all()
    assert (Glyphs(10, split="test")[:] != whole[:10]).any((1, 2)).all()
    assert len({image.tobytes() for image in whole}) == 1200


def test_the_number_of_threads_changes_nothing(monkeypatch):
    many = Glyphs(1000)[:]
    monkeypatch.setattr("data.glyph.ThreadPoolExecutor", OneThread)
    np.testing.assert_array_equal(Glyphs(1000)[:], many)


class OneThread:
    """A pool that computes in the calling thread, the last first."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def map(self, function, things):
        return [function(thing) for thing in reversed(things)][::-1]


def test_the_same_digits_at_any_size():
    small, large = Glyphs(50)[:], Glyphs(50, size=64)[:]
    assert large.shape == (50, 64, 64)
    halved = np.stack([cv2.resize(i, (32, 32), interpolation=cv2.INTER_AREA) for i in large])
    difference = np.abs(halved.astype(int) - small).mean()
    assert difference < 4          # of 255; other digits differ by more than 30
    assert np.abs(small[:-1].astype(int) - small[1:]).mean() > 30


def test_white_strokes_on_black_inside_the_frame():
    images = Glyphs(500)[:]
    peak = images.max((1, 2))
    assert (peak > 170).all() and np.median(peak) == 255
    ink = (images > 127).mean((1, 2))
    assert (ink > 0.02).all() and (ink < 0.45).all()    # MNIST in 32x32: 0.02 to 0.40
    assert 0.10 < ink.mean() < 0.20 and ink.std() > 0.03
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]])
    assert (border < 64).mean() > 0.99


def test_digits_are_readable():
    train, test = Glyphs(1500), Glyphs(500, split="test")
    accuracy = nearest_neighbour_accuracy(train[:], train.labels, test[:], test.labels)
    assert 0.85 < accuracy < 0.99       # real MNIST at this size: 0.91
    shuffled = np.random.default_rng(0).permutation(train.labels)
    assert nearest_neighbour_accuracy(train[:], shuffled, test[:], test.labels) < 0.25


@pytest.mark.parametrize("wrong", [{"count": 0}, {"count": -3}, {"size": 4}, {"seed": -1}])
def test_impossible_numbers_are_refused(wrong):
    with pytest.raises(UserError, match="at least one image of at least 8 pixels"):
        Glyphs(**wrong)
