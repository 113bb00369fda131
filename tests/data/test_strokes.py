import numpy as np

from data import strokes


def test_a_curve_passes_through_its_points_and_ends_at_them():
    points = [(0, 0), (.3, .9), (.8, .1), (1, 1)]
    drawn = strokes.curve(points, count=31)
    np.testing.assert_allclose(drawn[::10], points, atol=1e-12)


def test_a_curve_along_a_line_stays_on_it():
    drawn = strokes.curve([(0, 1), (1, 3), (2, 5)], count=9)
    np.testing.assert_allclose(drawn[:, 1], 2 * drawn[:, 0] + 1, atol=1e-12)


def test_between_points_it_is_the_catmull_rom_cubic():
    a, b, c, d = 0.1, 0.7, 0.4, 0.9
    halfway = strokes.curve([(a, 0), (b, 0), (c, 0), (d, 0)], count=7)[3, 0]
    assert np.isclose(halfway, (-a + 9 * b + 9 * c - d) / 16)


def test_every_hand_of_every_digit_is_listed_once():
    curves, counts, hands_of = strokes.templates()
    assert curves.shape == (len(counts), strokes.STROKES, strokes.POINTS, 2)
    assert sorted(np.concatenate(hands_of)) == list(range(len(counts)))
    assert [len(hands) for hands in hands_of] == [len(strokes.HANDS[d]) for d in range(10)]
    for hand, count in zip(curves, counts, strict=True):
        for padding in hand[count:]:
            np.testing.assert_array_equal(padding, hand[0])
