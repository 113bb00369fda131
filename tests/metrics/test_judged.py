"""What a judge reads, batch by batch."""

import numpy as np
import pytest

from metrics.agreement import class_shares, pair_agreement
from metrics.judged import Agreement, Confidence, entropy, probabilities

A = np.array([0, 0, 1, 2, 3, 3, 1])[:, None]
B = np.array([0, 1, 1, 2, 3, 0, 1])[:, None]


def one_hot(images):
    """A judge that reads an "image" [N, 1] as the class written in it."""
    return 3.0 * np.eye(4)[images[:, 0].astype(int)]


@pytest.mark.parametrize("size", [2, 7])
def test_agreement_of_batches_is_that_of_all(size):
    measure = Agreement(one_hot, ["a", "b"])
    for i in range(0, 7, size):
        measure.add({"generated a": A[i:i + size], "generated b": B[i:i + size]})
    found, shares = measure.figures(), class_shares(one_hot, [A, B])
    assert found["pair_agreement"] == pytest.approx(pair_agreement(one_hot, [A, B])) == 5 / 7
    chance = (2 * 2 + 2 * 3 + 1 + 2) / 49
    assert found["chance"] == pytest.approx(chance, abs=1e-4)
    assert found["kappa"] == pytest.approx((5 / 7 - chance) / (1 - chance), abs=1e-4)
    assert found["class_shares"]["b"] == np.round(shares[1], 4).tolist()
    assert (found["classes_present"], found["classes"]) == (4, 4)
    [row] = measure.results()
    assert row.value == pytest.approx(5 / 7) and row.count == 7
    assert row.error == pytest.approx(np.sqrt(5 / 7 * 2 / 7 / 7))
    assert str(row.compared) == "generated a | generated b"


def test_collapse_to_one_class_is_no_better_than_chance():
    measure = Agreement(one_hot, ["a", "b"])
    measure.add({"generated a": A * 0, "generated b": A * 0})
    found = measure.figures()
    assert (found["pair_agreement"], found["chance"], found["kappa"]) == (1, 1, 0)
    assert found["classes_present"] == 1


def test_agreement_of_attributes():
    measure = Agreement(lambda x: x, ["a", "b"], ("Smiling", "Young"))
    measure.add({"generated a": np.array([[1, -1], [2, 3]]),
                 "generated b": np.array([[1, 1], [-2, 3]])})
    assert measure.figures() == {
        "pair_agreement": 0.5, "agreement_by_attribute": {"Smiling": 0.5, "Young": 0.5},
        "attribute_shares": {"a": {"Smiling": 1, "Young": 0.5}, "b": {"Smiling": 0.5, "Young": 1}}}
    assert measure.results()[0].value == 0.5


def test_confidence_and_entropy():
    measure = Confidence(one_hot, ["a"], {"generated a": 7, "real a": 5})
    for i in (0, 4):
        measure.add({"generated a": A[i:i + 4], "real a": B[i:i + 4]})
    found = {(r.metric, r.compared): r for r in measure.results()}
    sure = np.exp(3) / (np.exp(3) + 3)
    rest = (1 - sure) / 3
    unsure = -sure * np.log(sure) - 3 * rest * np.log(rest)
    for stream, images, count in (("generated a", A, 7), ("real a", B[:5], 5)):
        assert found["confidence", stream].value == pytest.approx(sure)
        assert found["entropy", stream].value == pytest.approx(unsure)
        assert found["confidence", stream].count == count
        p = np.mean(np.where(one_hot(images) > 0, sure, rest), 0)
        assert found["class entropy", stream].value == pytest.approx(-np.sum(p * np.log(p)))


def test_probabilities_of_attributes():
    found = probabilities([[0.0, np.log(3)], [-1000.0, 1000.0]], ("x", "y"))
    half = [np.log(2), -0.75 * np.log(0.75) - 0.25 * np.log(0.25)]
    np.testing.assert_allclose(found, [[0.625, np.mean(half), 0.5, 0.75], [1, 0, 0, 1]], atol=1e-12)


def test_large_logits_do_not_overflow():
    np.testing.assert_allclose(probabilities([[1000.0, 0.0]]), [[1, 0, 1, 0]], atol=1e-12)
    assert entropy(np.array([1.0, 0.0]), 0) == 0
