"""Generators that draw one image, or the same few, beside data that differ."""

import numpy as np
import pytest

from metrics.diversity import Diversity, spread_and_variety


def real(count, seed):
    return np.random.default_rng(seed).uniform(-1, 1, (count, 8, 8, 3)).astype(np.float32)


def measured(generated, data, limit=1000):
    measure = Diversity(["a"], {"generated a": min(limit, len(generated)),
                                "real a": min(limit, len(data))})
    for start in range(0, len(generated), 30):
        measure.add({"generated a": generated[start:start + 30],
                     "real a": data[start:start + 30]})
    return {row.metric: row for row in measure.results()}


def test_by_a_double_loop():
    rows = np.random.default_rng(0).normal(size=(13, 5))
    apart = [[np.sqrt(np.sum((a - b)**2)) for b in rows] for a in rows]
    mean = np.mean([apart[i][j] for i in range(13) for j in range(13) if i != j])
    nearest = np.median([min(apart[i][j] for j in range(13) if i != j) for i in range(13)])
    assert spread_and_variety(rows) == pytest.approx((mean, nearest), rel=1e-12)


@pytest.mark.parametrize("count", [50, 200])
def test_what_collapse_looks_like(count):
    data, rng = real(count, 1), np.random.default_rng(2)
    noise = rng.normal(0, 0.01, data.shape).astype(np.float32)
    good = measured(real(count, 3), data)
    assert good["spread"].value == pytest.approx(1, abs=0.05)
    assert good["variety"].value == pytest.approx(1, abs=0.05)
    assert good["spread"].count == count and good["spread"].by.startswith("16 x 16 pixels")
    one = measured(data[:1] + noise, data)
    assert one["spread"].value < 0.1 and one["variety"].value < 0.1
    ten = measured(data[np.arange(count) % 10] + noise, data)      # one image of each class
    assert ten["spread"].value > 0.85 and ten["variety"].value < 0.1


def test_repeats_of_real_images_do_not_count():
    data = real(20, 4)
    found = measured(real(60, 5), np.concatenate([data, data, data]), limit=20)
    assert found["variety"].value == pytest.approx(1, abs=0.15) and found["variety"].count == 20


def test_where_nothing_can_be_said():
    few = measured(real(2, 6), real(2, 7))
    assert {row.note for row in few.values()} == {"needs 3 images or more"}
    equal = measured(real(9, 8), np.repeat(real(1, 9), 9, 0))
    assert np.isnan(equal["spread"].value) and "repeat" in equal["variety"].note
