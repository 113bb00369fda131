"""Pair agreement on predictions known beforehand."""

import numpy as np
import pytest

from metrics.agreement import (
    attribute_agreement,
    attribute_shares,
    class_shares,
    count_classes_present,
    pair_agreement,
)


def one_hot(images):
    """A judge that reads an "image" [N, 1] as the class written in it."""
    return np.eye(4)[images[:, 0].astype(int)]


def column(*classes):
    return np.array(classes, float)[:, None]


def test_agreement_counts_rows_in_which_all_domains_agree():
    a, b, c = column(0, 1, 2, 3), column(0, 1, 2, 0), column(0, 1, 3, 3)
    assert pair_agreement(one_hot, [a, b]) == pytest.approx(0.75)
    assert pair_agreement(one_hot, [a, b, c]) == pytest.approx(0.5)


def test_attributes_are_compared_one_by_one():
    a = np.array([[1, -1], [2, 3], [-1, 0.5]])
    b = np.array([[5, 1], [-2, 3], [-4, 2]])
    c = np.array([[5, 1], [2, 3], [-4, -2]])

    def judge(x):
        return x
    np.testing.assert_allclose(attribute_agreement(judge, [a, b]), [2 / 3, 2 / 3])
    np.testing.assert_allclose(attribute_agreement(judge, [a, b, c]), [2 / 3, 1 / 3])
    np.testing.assert_allclose(attribute_shares(judge, [a, c]), [[2 / 3, 2 / 3], [2 / 3, 2 / 3]])


def test_shares_and_presence():
    images = [column(0, 0, 1, 2), column(0, 1, 1, 1)]
    shares = class_shares(one_hot, images)
    np.testing.assert_allclose(shares, [[0.5, 0.25, 0.25, 0], [0.25, 0.75, 0, 0]])
    assert count_classes_present(shares, 0.25) == 2
    assert count_classes_present(shares, 0.3) == 0
