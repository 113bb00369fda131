"""A film that pans over a picture, drawn with noise that is new in each frame."""

import cv2
import numpy as np
import pytest

from framework.pixels import to_uint8, to_unit
from style.flicker import frame_changes, sharpness
from style.motion import Motion, motion
from style.steady import blend, carry


def still(shape=(40, 60), seen=1.0):
    return Motion(np.zeros((*shape, 2), np.float32), np.full(shape, seen, np.float32))


def pan(frames, seed=0):
    noise = np.random.default_rng(seed).integers(0, 256, (100, 160, 3), np.uint8)
    scene = cv2.GaussianBlur(noise, (0, 0), 2.5) // 2 * 3 - 60
    places = [np.array([[1, 0, 4 + 2.3 * i], [0, 1, 3 + 0.7 * i]], np.float32)
              for i in range(frames)]
    return [cv2.warpAffine(scene, place, (96, 72), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
            for place in places]


def drawn(frames, noise):
    rng = np.random.default_rng(1)
    return [to_unit(255 - frame) + rng.normal(0, noise, frame.shape).astype("f4")
            for frame in frames]


def steadied(frames, results, share):
    made = [to_uint8(results[0])]
    for before, frame, result in zip(frames, frames[1:], results[1:], strict=False):
        moved = motion(before, frame)
        made.append(to_uint8(result if moved is None else
                             blend(result[None], made[-1], moved, share)[0]))
    return made


def flicker(frames, made):
    pairs = zip(zip(frames, frames[1:], strict=False), zip(made, made[1:], strict=False),
                strict=True)
    return float(np.mean([frame_changes(*pair)["flicker"] for pair in pairs]))


def distance(made, results):
    return np.mean([np.abs(a.astype(int) - to_uint8(b)).mean()
                    for a, b in zip(made, results, strict=True)])


def test_flicker_falls_and_sharpness_stays():
    frames = pan(12)
    noisy, clean = drawn(frames, 0.15), drawn(frames, 0.0)
    made = steadied(frames, noisy, 0.8)
    before, after = flicker(frames, [to_uint8(each) for each in noisy]), flicker(frames, made)
    assert 0.15 < after / before < 0.4
    wanted, found = (np.mean([sharpness(each) for each in some[4:]])
                     for some in ([to_uint8(each) for each in clean], made))
    assert wanted < found < np.mean([sharpness(to_uint8(each)) for each in noisy])
    apart = [distance(some[4:], clean[4:]) for some in (list(map(to_uint8, noisy)), made)]
    assert 0.4 < apart[1] / apart[0] < 0.8              # nearer to what has no noise
    again = steadied(frames, clean, 0.8)
    assert 0.85 < np.mean([sharpness(each) for each in again[4:]]) / wanted < 1.05


def test_a_cut_of_scene_is_not_ghosted():
    frames = [*pan(4, 0), *pan(4, 5)]
    results = drawn(frames, 0.0)
    made = steadied(frames, results, 0.95)
    np.testing.assert_array_equal(made[4], to_uint8(results[4]))
    apart = [np.abs(a.astype(int) - to_uint8(b)).mean() for a, b in zip(made, results, strict=True)]
    assert max(apart[5:]) < 12 < np.abs(frames[3].astype(int) - frames[4]).mean()


@pytest.mark.parametrize("share, seen, value", [(0.5, 1, 0.25), (0.8, 1, 0.1), (0.8, 0.5, 0.3),
                                                (0, 1, 0.5), (0.9, 0, 0.5)])
def test_the_share_of_the_frame_before(share, seen, value):
    now, last = np.full((1, 40, 60, 3), 0.5, "f4"), to_uint8(np.zeros((40, 60, 3)))
    np.testing.assert_allclose(blend(now, last, still(seen=seen), share), value, atol=0.005)


def test_the_detail_of_a_mean_is_as_strong_as_that_of_what_is_drawn():
    rng = np.random.default_rng(0)
    alike, *unlike = (rng.uniform(-0.4, 0.4, (40, 60, 3)).astype("f4") for _ in range(3))
    now, last = (alike + each for each in unlike)
    mixed = blend(now[None], to_uint8(last), still(), 0.5)[0]
    detail = [np.abs(each - cv2.GaussianBlur(each, (0, 0), 1)).mean()
              for each in (now, mixed, (now + last) / 2)]
    assert detail[1] == pytest.approx(detail[0], rel=0.04) and detail[2] < 0.9 * detail[0]
    low = [cv2.GaussianBlur(each, (0, 0), 6).mean() for each in ((now + last) / 2, mixed)]
    assert low[1] == pytest.approx(low[0], abs=0.01)


def test_results_of_other_sizes_are_carried():
    motion_ = Motion(np.ones((8, 10, 2), "f4"), np.arange(80, dtype="f4").reshape(8, 10))
    last = np.full((16, 20, 3), 90, np.uint8)           # the content four times, as --grid 2
    image, seen = carry(last, motion_)
    assert image.shape == (16, 20, 3) and seen.shape == (16, 20, 1)
    np.testing.assert_array_equal(seen[8:, 10:], seen[:8, :10])
    assert carry(last[:7, :9], motion_)[1].shape == (7, 9, 1)      # a stride leaves rows out
    other = np.zeros((1, 5, 5, 3), "f4")
    assert blend(other, last, motion_, 0.8) is other
