"""What is compared with what, and in which order images come."""

import numpy as np
import pytest

from data.domain import Domain
from metrics.streams import (
    Comparison,
    Shuffled,
    batches,
    comparisons,
    count_distinct,
    domain_sources,
    stream_source,
)


def numbers(count):
    """Images of which the first pixel tells the place."""
    images = np.zeros((count, 8, 8, 3), np.uint8)
    images[:, 0, 0, 0] = np.arange(count)
    return images


def places(images):
    return np.rint((images[:, 0, 0, 0] + 1) * 127.5).astype(int)


def test_two_domains():
    found = comparisons(["a", "b"])
    assert found[0] == Comparison("pair", "generated a", "generated b")
    assert [(c.kind, c.right) for c in found if c.left == "generated b"] == [
        ("cross", "real a"), ("own", "real b")]
    assert [str(c) for c in found if c.kind in ("baseline", "floor")] == [
        "real a | real b", "real a | other real a", "real b | other real b"]


@pytest.mark.parametrize("names, count", [("a", 2), ("ab", 8), ("abc", 18)])
def test_number_of_comparisons(names, count):
    assert len(set(comparisons(list(names)))) == count


def test_order_is_random_complete_and_new_in_each_epoch():
    shuffled = Shuffled(numbers(10), seed=3)
    first, second = places(shuffled(0, 10)), places(shuffled(10, 20))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first.tolist() != list(range(10)) and first.tolist() != second.tolist()
    assert places(shuffled(7, 23)).tolist() == [*first[7:], *second, *places(shuffled(20, 23))]
    assert places(Shuffled(numbers(10), seed=4)(0, 10)).tolist() != first.tolist()


@pytest.mark.parametrize("count", [2, 9, 10])
def test_the_other_order_has_other_images_at_each_place_and_disjoint_halves(count):
    one, other = (Shuffled(numbers(count), 3, apart)(0, 3 * count) for apart in (False, True))
    assert (places(one) != places(other)).all()
    half = count // 2
    assert not set(places(one)[:half]) & set(places(other)[:half])


def test_points_pass_as_they_are():
    points = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert {tuple(p) for p in Shuffled(points, 0)(0, 3)} == {tuple(p) for p in points}


def test_batches_are_in_range_bounded_and_complete():
    sources = [stream_source("x", Shuffled(numbers(10), 0)), *domain_sources(["a"], [
        Domain("a", numbers(4))], seed=1)]
    found = list(batches(sources, 1203, (8, 8, 3)))
    assert [len(b["x"]) for b in found] == [500, 500, 203]
    assert set(found[0]) == {"x", "real a", "other real a"}
    assert all(rows.min() >= -1 and rows.max() <= 1 for b in found for rows in b.values())
    source = stream_source("x", lambda a, b: np.zeros((b - a, 1)))
    large = next(batches([source], 500, (256, 256, 3)))
    assert len(large["x"]) == 42            # 32 MiB of float32


def test_distinct_images():
    found = count_distinct(["a", "b"], [Domain("a", numbers(5)), Domain("b", numbers(50))], 20)
    assert found == {"generated a": 20, "real a": 5, "other real a": 2,
                     "generated b": 20, "real b": 20, "other real b": 20}
