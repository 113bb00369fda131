import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from data.batches import Batches, prefetch
from data.domain import Domain
from framework.errors import UserError


def domain(name, count, labelled=True):
    """Image i is filled with i and has the label i % 7."""
    images = np.broadcast_to(np.arange(count, dtype=np.uint8)[:, None, None, None],
                             (count, 4, 4, 3))
    return Domain(name, images, np.arange(count, dtype=np.int32) % 7 if labelled else None)


@pytest.fixture
def two():
    return domain("a", 10), domain("b", 23)


def seen(batches, k, iterations):
    return np.concatenate([batches(i)[k][..., 0, 0, 0].ravel() for i in iterations])


def test_shapes_and_types(two):
    points = Domain("ring", np.arange(16, dtype=np.float32).reshape(8, 2))
    batches = Batches((*two, points), batch_size=4, steps=3, seed=0)
    a, b, c = batches(0)
    assert a.shape == b.shape == (3, 4, 4, 4, 3) and a.dtype == np.uint8
    assert c.shape == (3, 4, 2) and c.dtype == np.float32
    labels = batches.labels(0)
    assert labels[0].shape == labels[1].shape == (3, 4) and labels[2] is None


def test_an_iteration_does_not_depend_on_those_before(two):
    walked = Batches(two, 3, 2, seed=5)
    for i in range(7):
        walked(i)
    for a, b in zip(walked(7), Batches(two, 3, 2, seed=5)(7), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_row_is_epochs_of_the_stated_permutations(two):
    batches = Batches(two, batch_size=4, steps=3, seed=9)
    for k, count in ((0, 10), (1, 23)):
        row = np.concatenate([np.random.default_rng([9, k, epoch]).permutation(count)
                              for epoch in range(20)])
        np.testing.assert_array_equal(seen(batches, k, range(10)), row[:120])


def test_every_epoch_shows_each_image_once(two):
    row = seen(Batches(two, batch_size=5, steps=2, seed=1), 1, range(23))
    for epoch in row.reshape(10, 23):
        assert sorted(epoch) == list(range(23))
    assert len({tuple(epoch) for epoch in row.reshape(10, 23)}) == 10


def test_domains_and_seeds_are_shuffled_apart():
    same = (domain("a", 30), domain("b", 30))
    batches = Batches(same, 30, 1, seed=0)
    assert (seen(batches, 0, [0]) != seen(batches, 1, [0])).any()
    assert (seen(batches, 0, [0]) != seen(Batches(same, 30, 1, seed=1), 0, [0])).any()


def test_labels_stay_with_their_images(two):
    batches = Batches(two, 4, 3, seed=2)
    for iteration in (0, 1, 6, 3):
        for images, labels in zip(batches(iteration), batches.labels(iteration), strict=True):
            np.testing.assert_array_equal(images[..., 0, 0, 0] % 7, labels)


def test_a_batch_larger_than_a_domain_is_refused(two):
    Batches(two, 10, 1)
    with pytest.raises(UserError, match="'a' has 10 images, fewer than one batch of 11"):
        Batches(two, 11, 1)
    with pytest.raises(UserError, match="at least 1"):
        Batches(two, 0, 1)


def test_prefetched_yields_the_same_in_the_same_order(two):
    batches = Batches(two, 4, 2, seed=3)
    got = list(prefetch(batches, 5, 12))
    assert len(got) == 7
    for iteration, found in zip(range(5, 12), got, strict=True):
        for a, b in zip(found, batches(iteration), strict=True):
            np.testing.assert_array_equal(a, b)
    assert list(prefetch(batches, 5, 5)) == []


def test_prefetched_works_ahead_but_not_further():
    asked = []
    coming = prefetch(asked.append, 0, 100, ahead=2)
    next(coming)
    deadline = time.monotonic() + 60
    while len(asked) < 3 and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.02)
    assert asked == [0, 1, 2]
    coming.close()


def test_prefetched_passes_errors_on_after_the_good_ones():
    def batches(i):
        if i == 2:
            raise UserError("image 2 is broken")
        return i

    coming = prefetch(batches, 0, 10)
    assert [next(coming), next(coming)] == [0, 1]
    with pytest.raises(UserError, match="image 2 is broken"):
        next(coming)
    assert not prefetch_threads()


def test_closing_ends_the_thread():
    coming = prefetch(lambda i: i, 0, 10**9)
    assert [next(coming) for _ in range(3)] == [0, 1, 2] and prefetch_threads()
    coming.close()
    assert not prefetch_threads()


def test_closing_drops_what_was_not_begun(monkeypatch):
    asked, dropped = [], threading.Event()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait=True, *, cancel_futures=False):
            super().shutdown(wait=False, cancel_futures=cancel_futures)
            dropped.set()
            super().shutdown(wait=wait)

    def slow(i):
        asked.append(i)
        assert i == 0 or dropped.wait(300)

    monkeypatch.setattr("data.batches.ThreadPoolExecutor", Pool)

    coming = prefetch(slow, 0, 100, ahead=2)
    next(coming)
    coming.close()
    assert asked in ([0], [0, 1])


def prefetch_threads():
    return [t for t in threading.enumerate() if t.name.startswith("prefetch")]


def test_attributes_stay_with_their_images():
    images = np.arange(6, dtype=np.uint8).reshape(6, 1, 1, 1)
    labels = np.stack([np.arange(6), 10 * np.arange(6)], 1).astype("int32")
    batches = Batches((Domain("faces", images, labels, 2, ("a", "b")),), 2, 2)
    (x,), (y,) = batches(1), batches.labels(1)
    assert x.shape == (2, 2, 1, 1, 1) and y.shape == (2, 2, 2)
    np.testing.assert_array_equal(y[..., 0], x[..., 0, 0, 0])
    np.testing.assert_array_equal(y[..., 1], 10 * x[..., 0, 0, 0].astype(int))
