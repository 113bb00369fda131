"""The classifiers give logits, and learn (their counts are in test_counts)."""

import keras
import numpy as np
import pytest

from framework.errors import UserError
from nets.architectures import CLASSIFIERS
from nets.classifier import build_classifier


@pytest.mark.parametrize("table", CLASSIFIERS)
def test_logits_are_raw(table):
    net = build_classifier((16, 16, 3), 4, table, width=0.1)
    net.trainable_variables[-1].assign([50.0, -50.0, 0.0, 1.0])
    logits = net(np.zeros((1, 16, 16, 3), "float32"), training=False).numpy()
    assert logits.max() > 10
    assert logits.min() < -10


@pytest.mark.parametrize("table", CLASSIFIERS)
def test_bars_are_told_apart(table):
    """Upright from lying bars in noise, new ones after 160 steps."""
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)

    def bars(n):
        labels = random.integers(0, 2, n)
        x = random.normal(0, 0.3, (n, 16, 16, 1))
        for b, at in enumerate(random.integers(2, 14, n)):
            x[b, at, :] += 1 - labels[b]
            x[b, :, at] += labels[b]
        return x.astype("float32"), labels
    net = build_classifier((16, 16, 1), 2, table, width=0.25)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    net.compile(keras.optimizers.Adam(3e-3), loss)
    net.fit(*bars(640), batch_size=16, epochs=4, verbose=0)
    x, labels = bars(200)
    assert np.mean(net(x, training=False).numpy().argmax(1) == labels) > 0.9


def test_unknown_table():
    with pytest.raises(UserError, match="classifier"):
        build_classifier((32, 32, 3), 10, "B.3")


def test_images_too_small():
    with pytest.raises(UserError, match="too small"):
        build_classifier((4, 4, 3), 10, "quick")
