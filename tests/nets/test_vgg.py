"""The extractor against Keras's own nets, and what it says of weights that cannot be had."""

import subprocess
import sys

import h5py
import keras
import numpy as np
import pytest

from framework.errors import UserError
from nets.vgg import (
    VGGFeatures,
    check_weights,
    held_layers,
    layer_names,
    layers_down_to,
    stand_ins,
    to_vgg,
)

LAYERS = ("block2_conv1", "block1_conv2", "block2_pool")


def save(path, nets=("block1_conv1", "block1_conv2", "block2_conv1", "block2_conv2"),
         **replaced):
    """Random weights of the named layers as a file; returns them."""
    rng, sizes = np.random.default_rng(0), {"block1_conv1": (3, 64), "block1_conv2": (64, 64),
                                            "block2_conv1": (64, 128), "block2_conv2": (128, 128)}
    arrays = {}
    for name in nets:
        inputs, filters = sizes[name]
        arrays[f"{name}/kernel"] = rng.normal(0, 0.05, (3, 3, inputs, filters)).astype("float32")
        arrays[f"{name}/bias"] = rng.normal(0, 1, filters).astype("float32")
    arrays.update(replaced)
    np.savez(path, **arrays)
    return arrays


def images(size=12, count=2):
    return np.random.default_rng(1).uniform(-1, 1, (count, size, size, 3)).astype("float32")


@pytest.mark.parametrize("net", ["vgg16", "vgg19"])
def test_names_are_those_of_keras(net):
    build = {"vgg16": keras.applications.VGG16, "vgg19": keras.applications.VGG19}[net]
    model = build(include_top=False, weights=None, input_shape=(32, 32, 3))
    assert layer_names(net) == [layer.name for layer in model.layers[1:]]


@pytest.mark.parametrize("net", ["vgg16", "vgg19"])
def test_features_are_those_of_keras_in_the_order_asked_for(net, tmp_path):
    weights = save(tmp_path / "vgg.npz")
    ours = VGGFeatures(LAYERS, tmp_path / "vgg.npz", net)(images())
    build = {"vgg16": keras.applications.VGG16, "vgg19": keras.applications.VGG19}[net]
    full = build(include_top=False, weights=None)
    for name in ("block1_conv1", "block1_conv2", "block2_conv1", "block2_conv2"):
        full.get_layer(name).set_weights([weights[f"{name}/{part}"]
                                          for part in ("kernel", "bias")])
    theirs = keras.Model(full.input, [full.get_layer(name).output for name in LAYERS])
    prepare = {"vgg16": keras.applications.vgg16, "vgg19": keras.applications.vgg19}[net]
    expected = theirs(prepare.preprocess_input((images() + 1) * 127.5), training=False)
    assert [y.shape for y in ours] == [(2, 6, 6, 128), (2, 12, 12, 64), (2, 3, 3, 128)]
    for a, b in zip(ours, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-2)
        assert float(np.max(np.abs(b))) > 50


def test_the_input_of_the_published_weights():
    np.testing.assert_allclose(to_vgg(np.ones((1, 1, 1, 3)))[0, 0, 0],
                               [151.061, 138.221, 131.320], rtol=1e-5)
    np.testing.assert_allclose(to_vgg(np.array([[[[1.0, 0.0, -1.0]]]]))[0, 0, 0],
                               [-103.939, 127.5 - 116.779, 255 - 123.68], rtol=1e-4)


def test_a_file_of_keras(tmp_path):
    keras.utils.set_random_seed(0)
    full = keras.applications.VGG16(include_top=False, weights=None)
    full.save_weights(tmp_path / "vgg16.weights.h5")
    found = VGGFeatures(["block1_conv2"], tmp_path / "vgg16.weights.h5", "vgg16")
    np.testing.assert_array_equal(found.model.get_layer("block1_conv2").get_weights()[0],
                                  full.get_layer("block1_conv2").get_weights()[0])


def test_only_what_is_needed_is_built():
    assert layers_down_to(["block1_conv2", "block1_conv1"], "vgg19") == [
        "block1_conv1", "block1_conv2"]
    found = VGGFeatures(["block1_conv2"], None)
    assert found.model.count_params() == 3 * 3 * 3 * 64 + 64 + 3 * 3 * 64 * 64 + 64
    assert found.model.trainable_variables == [] and len(found(images())) == 1


def test_random_weights_are_the_same_each_time_and_disturb_no_seed():
    keras.utils.set_random_seed(5)
    undisturbed = keras.layers.Dense(3)
    undisturbed.build((2, 2))
    keras.utils.set_random_seed(5)
    one = VGGFeatures(["block1_conv1"], "random")
    disturbed = keras.layers.Dense(3)
    disturbed.build((2, 2))
    np.testing.assert_array_equal(undisturbed.kernel, disturbed.kernel)
    other = VGGFeatures(["block1_conv1"], None)
    for a, b in zip(one.model.get_weights(), other.model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    kernel = one.model.get_weights()[0]
    assert kernel.std() == pytest.approx(np.sqrt(2 / 27), rel=0.05)


def test_average_pooling():
    maximum, average = (VGGFeatures(["block1_conv2", "block1_pool"], None, pooling=kind)(
        images(4)) for kind in ("max", "average"))
    before = np.array(average[0]).reshape(2, 2, 2, 2, 2, 64)
    np.testing.assert_allclose(average[1], before.mean((2, 4)), rtol=1e-4, atol=1e-3)
    np.testing.assert_allclose(maximum[1], before.max((2, 4)), rtol=1e-4, atol=1e-3)


def test_float32_under_any_policy():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        (mixed,) = VGGFeatures(["block1_conv2"], None)(images())
    finally:
        keras.config.set_dtype_policy("float32")
    (plain,) = VGGFeatures(["block1_conv2"], None)(images())
    assert mixed.dtype == "float32"
    np.testing.assert_array_equal(mixed, plain)


def test_layers_that_a_file_holds_and_what_stands_for_the_others(tmp_path):
    save(tmp_path / "vgg.npz", nets=("block1_conv1", "block1_conv2", "block2_conv2"))
    held = held_layers(tmp_path / "vgg.npz")
    assert held == ["block1_conv1", "block1_conv2", "block1_pool"]  # not what is behind a gap
    assert stand_ins(["block1_conv1", "block2_conv1", "block3_conv1"], held) == (
        "block1_conv1", "block1_conv2")
    assert stand_ins(["block1_pool", "block1_conv2", "block5_conv1"], held) == (
        "block1_pool", "block1_conv2")
    for whole in ("imagenet", "random", None):
        assert held_layers(whole, "vgg16") == layer_names("vgg16")
    check_weights(tmp_path / "vgg.npz", ())
    save(tmp_path / "vgg.npz", **{"block2_conv2/bias": np.full(128, np.nan, "float32")})
    with pytest.raises(UserError, match="block2_conv2/bias"):
        check_weights(tmp_path / "vgg.npz", ())
    save(tmp_path / "vgg.npz", nets=("block1_conv2",))
    with pytest.raises(UserError, match="has no block1_conv1.* it holds no layer of it"):
        check_weights(tmp_path / "vgg.npz", ())


@pytest.mark.parametrize("arrays, message", [
    ({"nets": ("block1_conv1", "block1_conv2")},
     "has no block2_conv1, which block2_conv1 of vgg19 need; it holds block1_conv1, block1_conv2"),
    ({"nets": ()}, "it holds no layer of it"),
    ({"block1_conv2/bias": np.zeros(3, "float32")}, r"block1_conv2 has kernel \(3, 3, 64, 64\)"),
])
def test_files_that_do_not_serve(tmp_path, arrays, message):
    save(tmp_path / "vgg.npz", **arrays)
    with pytest.raises(UserError, match=message):
        VGGFeatures(["block2_conv1"], tmp_path / "vgg.npz")


def test_a_short_file_serves_what_it_holds(tmp_path):
    save(tmp_path / "vgg.npz", ("block1_conv1",))
    check_weights(tmp_path / "vgg.npz", ["block1_conv1"])
    (y,) = VGGFeatures(["block1_conv1"], tmp_path / "vgg.npz")(images())
    assert y.shape == (2, 12, 12, 64)


@pytest.mark.parametrize("name, content, message", [
    ("no.npz", None, "there are no weights of vgg19 at"),
    ("a.npz", b"x", "cannot read the weights"), ("a.h5", b"x", "cannot read the weights")])
def test_files_that_are_none(tmp_path, name, content, message):
    if content:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        VGGFeatures(["block1_conv1"], tmp_path / name)


def test_a_damaged_file(tmp_path):
    save(tmp_path / "vgg.npz", ("block1_conv1",))
    data = bytearray((tmp_path / "vgg.npz").read_bytes())
    data[1000] ^= 255
    (tmp_path / "vgg.npz").write_bytes(data)
    with pytest.raises(UserError, match="cannot read the weights .*block1_conv1/kernel"):
        VGGFeatures(["block1_conv1"], tmp_path / "vgg.npz")


@pytest.mark.parametrize("layers, net, message", [
    (["block3_conv5"], "vgg19", "unknown layer of vgg19 'block3_conv5'; did you mean 'block3_conv"),
    (["block3_conv4"], "vgg16", "unknown layer of vgg16"),
    ([], "vgg19", "no layer of vgg19 is named"), (["x"], "vgg11", "unknown vgg 'vgg11'")])
def test_layers_that_there_are_not(layers, net, message):
    with pytest.raises(UserError, match=message):
        VGGFeatures(layers, None, net)


def test_images_too_small_for_the_depth():
    extract = VGGFeatures(["block3_conv1"], None)
    assert extract(images(4))[0].shape == (2, 1, 1, 256)
    with pytest.raises(UserError, match="3x3 are too small for the layers block3_conv1"):
        extract(images(3))


def test_a_failed_download_says_what_to_place_where(monkeypatch):
    def refuse(**settings):
        assert settings["weights"] == "imagenet"
        raise OSError("URL fetch failure")
    monkeypatch.setattr(keras.applications, "VGG19", refuse)
    with pytest.raises(UserError, match=r"URL fetch failure.*vgg19_weights.*notop.h5.*--vgg_wei"):
        VGGFeatures(["block1_conv1"])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("part", ["kernel", "bias"])
def test_weights_that_are_not_finite_are_refused(tmp_path, value, part):
    save(tmp_path / "vgg.npz", ("block1_conv1",))
    with np.load(tmp_path / "vgg.npz") as file:
        arrays = dict(file)
    arrays[f"block1_conv1/{part}"].flat[3] = value
    np.savez(tmp_path / "vgg.npz", **arrays)
    with pytest.raises(UserError, match=rf"vgg.npz: block1_conv1/{part} holds .* not finite"):
        VGGFeatures(["block1_conv1"], tmp_path / "vgg.npz")


def test_a_file_of_keras_that_is_not_finite_is_refused(tmp_path):
    model = keras.applications.VGG16(include_top=False, weights=None)
    layer = model.get_layer("block1_conv1")
    kernel, bias = layer.get_weights()
    layer.set_weights([np.full_like(kernel, np.nan), bias])
    model.save_weights(tmp_path / "vgg.weights.h5")
    with pytest.raises(UserError, match="vgg.weights.h5: .* holds .* not finite"):
        VGGFeatures(["block1_conv1"], tmp_path / "vgg.weights.h5", "vgg16")


def test_a_file_of_keras_that_declares_far_more_than_it_holds_is_refused(tmp_path):
    with h5py.File(tmp_path / "vgg.h5", "w") as file:
        file.create_dataset("block1_conv1/kernel", (2**20, 2**20), "f4", chunks=(1024, 1024))
    with pytest.raises(UserError, match="declares arrays of .* not the weights of this net"):
        VGGFeatures(["block1_conv1"], tmp_path / "vgg.h5")


def test_missing_layers_name_the_options_that_help(tmp_path):
    save(tmp_path / "vgg.npz", ("block1_conv1",))
    with pytest.raises(UserError, match="--style_layers"):
        check_weights(tmp_path / "vgg.npz", ["block2_conv1"])
    with pytest.raises(UserError, match="make them 4 pixels a side at least"):
        VGGFeatures(["block3_conv1"], None).check_image_size(3, 9)


def test_a_file_that_does_not_serve_is_known_without_keras(tmp_path):
    for name, array in (("a.npz", np.float32(np.nan)), ("b.npz", np.float32(1))):
        save(tmp_path / name, ("block1_conv1",), **{"block1_conv1/bias": np.full(64, array)})
    (tmp_path / "c.h5").write_text("text")
    program = ("import sys; from nets.vgg import check_weights\n"
               "try: check_weights(sys.argv[1], ['block1_conv1'])\n"
               "except Exception as error: print(type(error).__name__)\n"
               "assert not {'keras', 'tensorflow'} & set(sys.modules)")
    for name, said in (("a.npz", "UserError"), ("b.npz", ""), ("c.h5", "UserError")):
        done = subprocess.run([sys.executable, "-c", program, str(tmp_path / name)],
                              capture_output=True, text=True)
        assert (done.stdout.strip(), done.stderr) == (said, "")
