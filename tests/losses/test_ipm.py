"""The symmetric distances by hand, from flags, and clipped like a WGAN."""

import numpy as np
import pytest

from losses.adversarial import LIPSCHITZ, LOSSES
from losses.ipm import AbsoluteIPM, SquaredIPM, SymmetricIPM

REAL, FAKE = np.array([[1.0], [3.0]], "float32"), np.array([[2.0], [5.0]], "float32")


@pytest.mark.parametrize("loss, distance, discriminators", [
    (AbsoluteIPM(), 1.5, -1.5), (SquaredIPM(), 2.25, -2.25),
    (SymmetricIPM(1, 16.0), 1.5, -1.5 + 16 * 2.25)])
def test_distances_by_hand(loss, distance, discriminators):
    assert float(loss.generator(REAL, FAKE)) == pytest.approx(distance)
    assert float(loss.discriminator(REAL, FAKE)) == pytest.approx(discriminators)
    assert float(loss.generator(FAKE, REAL)) == pytest.approx(distance)


def test_every_loss_whose_critic_must_be_lipschitz_is_one():
    assert set(LIPSCHITZ) <= set(LOSSES) and LOSSES["ipm-absolute"] is AbsoluteIPM
