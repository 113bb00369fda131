"""Digests that follow from what lies in a place, and from nothing else."""

import numpy as np

from config.content import DECODED_ROWS, content_of, differing, digest, file_digest
from config.resolve import resolve
from data.domain import Domain

IMAGES = np.random.default_rng(0).integers(0, 256, (20, 4, 4, 3)).astype(np.uint8)
LABELS = np.arange(20, dtype=np.int32) % 3


class Streamed:
    """Images that are decoded on demand, and which rows were."""

    def __init__(self, images):
        self.images, self.shape, self.asked = images, images.shape, []

    def __len__(self):
        return len(self.images)

    def __getitem__(self, which):
        self.asked.extend(which)
        return self.images[which]


def test_the_name_does_not_matter_and_every_pixel_and_label_does():
    same = digest(Domain("a", IMAGES, LABELS))
    assert digest(Domain("b", IMAGES.copy(), LABELS.copy())) == same
    for k in (0, 7, 19):
        other, labels = IMAGES.copy(), LABELS.copy()
        other[k, 1, 2, 0] ^= 1
        labels[k] += 1
        assert digest(Domain("a", other, LABELS)) != same
        assert digest(Domain("a", IMAGES, labels)) != same
    assert digest(Domain("a", IMAGES)) != same
    assert digest(Domain("a", IMAGES[:19], LABELS[:19])) != same
    assert digest(Domain("a", IMAGES.reshape(20, 2, 8, 3), LABELS)) != same


def test_of_a_streamed_set_few_images_are_decoded():
    many = np.zeros((5000, 2, 2, 3), np.uint8)
    streamed = Streamed(many)
    first = digest(Domain("a", streamed))
    assert len(streamed.asked) == DECODED_ROWS and {0, 4999} <= set(streamed.asked)
    assert digest(Domain("a", Streamed(many[:4999]))) != first
    many[4999] = 1
    assert digest(Domain("a", Streamed(many))) != first


def test_of_files_only_those_that_are_there(tmp_path):
    weights = tmp_path / "weights.npz"
    weights.write_bytes(b"1234")
    config = resolve(["--preset", "none"]).with_options(vgg_weights=str(weights))
    content = content_of(config, [Domain("a", IMAGES)])
    assert set(content) == {"data", "vgg_weights"} and len(content["data"]) == 1
    (tmp_path / "again.npz").write_bytes(b"1234")
    assert file_digest(tmp_path / "again.npz") == content["vgg_weights"]
    weights.write_bytes(b"1235")
    assert file_digest(weights) != content["vgg_weights"]


def test_only_what_both_know_differs():
    assert differing({"data": ["a"], "old": "x"}, {"data": ["b"], "new": "y"}) == ["data"]
    assert differing({"data": ["a"]}, {"data": ["a"]}) == []
