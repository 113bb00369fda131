import dataclasses

import numpy as np
import pytest

from data.domain import Domain


def test_a_domain_is_as_long_as_its_images_and_cannot_change():
    domain = Domain("a", np.zeros((3, 4, 4, 3), np.uint8))
    assert len(domain) == 3 and domain.labels is None and domain.classes is None
    with pytest.raises(dataclasses.FrozenInstanceError):
        domain.name = "b"
