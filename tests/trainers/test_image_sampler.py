"""Images from a joint generator: batch by batch the same, a row for each latent."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from nets.architectures import Row
from nets.build import build_generators, join_generators
from trainers import image_sampler
from trainers.image_sampler import ImageSampler, generate


@pytest.fixture(scope="module", params=[1, 2])
def generators(request):
    keras.utils.set_random_seed(1)
    table = (Row("dense", 4, norm="batch", activation="tanh"), Row("dense", 2))
    return build_generators(table, request.param, 0, latent_dim=3)


def test_one_output_for_each_domain(generators):
    made = generate(join_generators(generators), tf.ones((5, 3)), False)
    assert len(made) == len(generators)
    for one in made:
        assert one["image"].shape == (5, 2) and len(one["features"]) == 2


def test_row_i_is_drawn_from_latent_i_whatever_the_batch(generators, monkeypatch):
    z = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")
    whole = ImageSampler(join_generators(generators))(z)
    monkeypatch.setattr(image_sampler, "SAMPLE_BATCH", 3)
    parts = ImageSampler(join_generators(generators))(z)
    assert [x.shape for x in parts] == [(7, 2)] * len(generators)
    for k, (a, b) in enumerate(zip(whole, parts, strict=True)):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
        alone = generators[k](z[4:5], training=False)["image"]
        np.testing.assert_allclose(a[4:5], alone, rtol=1e-5, atol=1e-6)
