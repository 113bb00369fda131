"""Sharing, starting weights, saving, and the ways to ask for a net that cannot be."""

import json
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf

from framework.checkpoint import save_model
from framework.errors import UserError
from nets.architectures import DISCRIMINATORS, GENERATORS, SPECTRAL, Architecture
from nets.architectures.digits import DIGIT_DISCRIMINATOR
from nets.architectures.faces import FACE_DISCRIMINATOR
from nets.architectures.quick import QUICK_DISCRIMINATOR, QUICK_GENERATOR
from nets.build import (
    build_discriminators,
    build_generators,
    image_model,
    join_generators,
    split_generators,
)

Z = np.random.default_rng(0).uniform(-1, 1, (5, 4)).astype("float32")


def quick(domains=2, shared=2, **options):
    return build_generators(QUICK_GENERATOR, domains, shared, 4, 0.05, **options)


def discriminators(domains=2, shared=2, table=DIGIT_DISCRIMINATOR, **options):
    return build_discriminators(table, domains, shared, (32, 32, 3), 0.1, **options)


def rows_of(variables) -> set[str]:
    return {v.path.split("_")[1] for v in variables}


def common(nets) -> list:
    """The weights that all nets hold, by identity."""
    ids = set.intersection(*({id(v) for v in net.weights} for net in nets))
    return [v for v in nets[0].weights if id(v) in ids]


@pytest.mark.parametrize("domains", [2, 3])
@pytest.mark.parametrize("shared, rows", [
    (0, set()), (1, {"row1"}), (2, {"row1", "row2"}), (3, {"row1", "row2", "row3"})])
def test_generators_share_their_first_rows(domains, shared, rows):
    nets = quick(domains, shared)
    assert rows_of(common(nets)) == rows
    own = [v for v in nets[0].weights if all(v is not c for c in common(nets))]
    assert rows_of(own) == {"row1", "row2", "row3", "row4"} - rows


@pytest.mark.parametrize("domains", [2, 3])
@pytest.mark.parametrize("shared, rows", [
    (0, set()), (1, {"row4"}), (3, {"row2", "row3", "row4"}),
    (4, {"row1", "row2", "row3", "row4"})])
def test_discriminators_share_their_last_rows(domains, shared, rows):
    nets = discriminators(domains, shared)
    assert rows_of(common(nets)) == rows
    own = [v for v in nets[0].weights if all(v is not c for c in common(nets))]
    assert rows_of(own) == {"row1", "row2", "row3", "row4"} - rows


def test_shared_rows_give_one_feature_and_own_rows_two():
    first, second = (net(Z, training=False)["features"] for net in quick(shared=2))
    for row in range(2):
        np.testing.assert_array_equal(first[row], second[row])
    for row in range(2, 4):
        assert np.abs(first[row] - second[row]).max() > 1e-5


def test_output_is_an_image_and_every_rows_feature():
    made = quick(1, 0)[0](Z, training=False)
    assert made["image"].shape == (5, 32, 32, 3)
    assert np.abs(made["image"]).max() <= 1
    assert [f.shape for f in made["features"]] == [
        (5, 4, 4, 6), (5, 8, 8, 5), (5, 16, 16, 3), (5, 32, 32, 3)]
    np.testing.assert_array_equal(made["image"], made["features"][-1])


@pytest.mark.parametrize("domains, shared", [(1, 0), (2, 0), (2, 2), (3, 2), (3, 3)])
def test_joint_computes_the_shared_rows_once(domains, shared):
    """The graph holds each shared row's operations once, each own row's once per domain: a
    product for the first row, a transposed convolution (to few channels computed as another)
    for the other three, and a batch norm in each of the first three."""
    net = join_generators(quick(domains, shared))
    graph = tf.function(lambda z: net(z, training=True)).get_concrete_function(Z).graph
    operations = [op.type for op in graph.get_operations()]
    first, second, third = (1 if shared > row else domains for row in range(3))
    assert operations.count("MatMul") == first
    transposed = operations.count("Conv2DBackpropInput") + operations.count("Conv2D")
    assert transposed == second + third + domains
    assert operations.count("FusedBatchNormV3") == first + second + third


def test_joint_gives_what_its_generators_give():
    nets = quick(3, 1)
    for net, made in zip(nets, join_generators(nets)(Z, training=False), strict=True):
        alone = net(Z, training=False)
        np.testing.assert_array_equal(alone["image"], made["image"])
        for a, b in zip(alone["features"], made["features"], strict=True):
            np.testing.assert_array_equal(a, b)


def test_joint_stays_shared_when_saved_and_loaded(tmp_path):
    net = join_generators(quick(2, 2))
    save_model(tmp_path / "generators.keras", net)
    loaded = keras.saving.load_model(tmp_path / "generators.keras")
    before, after = split_generators(net), split_generators(loaded)
    assert len(after) == 2
    assert rows_of(common(after)) == {"row1", "row2"}
    assert loaded.count_params() == net.count_params()
    for old, new in zip(before, after, strict=True):
        np.testing.assert_allclose(old(Z, training=False)["image"],
                                   new(Z, training=False)["image"], atol=1e-6)
    after[0].trainable_variables[0].assign_add(np.ones((4, 96)))
    assert np.abs(before[1](Z)["image"] - after[1](Z)["image"]).max() > 1e-5


def modules(config) -> set[str]:
    """The modules that a saved net's classes come from, anywhere in its config."""
    if isinstance(config, dict):
        named = {config["module"]} if config.get("module") else set()
        return named.union(*map(modules, config.values()))
    return set().union(*map(modules, config)) if isinstance(config, list) else set()


@pytest.mark.parametrize("net", [
    lambda: image_model(quick()[0]),
    lambda: join_generators(quick(upsampling="resize")),
    lambda: discriminators(norm="layer")[0],
    lambda: build_discriminators(FACE_DISCRIMINATOR, 1, 0, (64, 64, 3), 0.02, norm="layer")[0],
    lambda: build_discriminators(DISCRIMINATORS["residual64"], 1, 0, width=0.02)[0],
    lambda: join_generators(build_generators(GENERATORS["residual64"], 2, 6, 4, 0.02)),
], ids=["image", "resize", "digit", "face", "patches", "residual"])
def test_saved_nets_load_in_plain_keras(net, tmp_path):
    net = net()
    save_model(tmp_path / "net.keras", net)
    with zipfile.ZipFile(tmp_path / "net.keras") as archive:
        config = json.loads(archive.read("config.json"))
    assert modules(config)
    assert all(module.split(".")[0] in ("keras", "builtins") for module in modules(config))
    loaded = keras.saving.load_model(tmp_path / "net.keras", safe_mode=True)
    for old, new in zip(net.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(old, new)


def test_saved_norms_compute_the_same(tmp_path):
    x = np.random.default_rng(1).normal(size=(3, 64, 64, 3)).astype("float32")
    for net in build_discriminators(FACE_DISCRIMINATOR, 2, 1, (64, 64, 3), 0.05, norm="layer"):
        save_model(tmp_path / "critic.keras", net)
        loaded = keras.saving.load_model(tmp_path / "critic.keras")
        np.testing.assert_allclose(net(x, training=False), loaded(x, training=False), atol=1e-6)


def test_no_two_kernels_start_equal():
    """In Keras 3 a shared initialiser gives equal kernels to equal shapes."""
    nets = [*quick(3, 0), *discriminators(3, 0),
            *build_generators(GENERATORS["residual64"], 2, 0, 4, 0.02)]
    kernels = [v.numpy() for net in nets for v in net.trainable_variables
               if v.path.endswith("kernel")]
    for i, a in enumerate(kernels):
        for b in kernels[:i]:
            assert a.shape != b.shape or np.abs(a - b).max() > 1e-4
    images = [net(Z, training=False)["image"] for net in nets[:3]]
    assert np.abs(images[0] - images[1]).max() > 1e-5
    assert np.abs(images[0] - images[2]).max() > 1e-5


def test_the_seed_settles_the_start():
    started = []
    for seed in (4, 4, 5):
        keras.utils.set_random_seed(seed)
        started.append(np.concatenate([w.ravel() for w in quick()[1].get_weights()]))
    np.testing.assert_array_equal(started[0], started[1])
    assert np.abs(started[0] - started[2]).max() > 1e-3


@pytest.mark.parametrize("norm", [None, "layer", "none"])
@pytest.mark.parametrize("name", DISCRIMINATORS)
def test_no_critic_squashes_its_score(name, norm):
    """Weights a million times as large in the last row give a million times the score."""
    architecture = DISCRIMINATORS[name]
    if architecture.table[-1].norm in SPECTRAL:
        norm = "none"               # the row divides its weights by their own size
    net = build_discriminators(architecture, 1, 1, width=0.02, norm=norm)[0]
    x = np.random.default_rng(2).normal(size=(2, *architecture.image_shape)).astype("float32")
    score = net(x, training=False).numpy()
    last = [v for v in net.trainable_variables if v.path.startswith("d_row")]
    assert len(last) == 2
    for v in last:
        v.assign(v * 1e6)
    np.testing.assert_allclose(net(x, training=False), score * 1e6, rtol=1e-4)
    assert np.abs(score).max() > 0


def test_last_rows_stay_in_float32():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        generator, discriminator = quick()[0], discriminators(norm="layer")[0]
        made = generator(Z, training=True)
        assert made["image"].dtype == tf.float32
        assert made["features"][0].dtype == tf.bfloat16
        assert discriminator(made["image"], training=True).dtype == tf.float32
        assert all(v.dtype == "float32" for v in generator.trainable_variables)
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.parametrize("build", [
    lambda: quick(0, 0),
    lambda: quick(2, 4),
    lambda: quick(2, -1),
    lambda: discriminators(0, 0),
    lambda: discriminators(2, 5),
    lambda: discriminators(2, -1),
    lambda: quick(initializer="zeros"),
    lambda: quick(upsampling="bilinear"),
    lambda: quick(image_shape=(64, 64, 3)),
    lambda: build_generators(GENERATORS["toy"], 2, 0, image_shape=(32, 32, 3)),
    lambda: build_generators(Architecture(QUICK_GENERATOR, (28, 28, 3)), 1, 0),
    lambda: discriminators(norm="weight"),
    lambda: build_discriminators(QUICK_DISCRIMINATOR, 1, 0),
    lambda: build_discriminators(QUICK_DISCRIMINATOR, 1, 0, (2,)),
    lambda: build_discriminators(QUICK_DISCRIMINATOR, 1, 0, (32, 32)),
    lambda: build_discriminators(QUICK_DISCRIMINATOR, 1, 0, (7, 7, 3)),
    lambda: build_discriminators(DISCRIMINATORS["toy"], 1, 0, (32, 32, 3)),
])
def test_what_cannot_be_built_is_the_users_mistake(build):
    with pytest.raises(UserError):
        build()
