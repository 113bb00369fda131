"""Model files of any origin: ours are read as Keras reads them, others run nothing."""

import io
import json
import os
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from framework.checkpoint import save_model
from framework.errors import UserError
from nets.architectures import CLASSIFIERS, Architecture, Row
from nets.build import build_chain
from nets.saved import read_chain

ROWS = (Row("conv", 4, 3, 2, "batch", "leaky0.2"), Row("conv", 4, 3, 1, padding="valid", pool=2),
        Row("dense", 6, activation="prelu", dropout=0.1), Row("dense"))
TABLES = {"own": Architecture(ROWS)}
SHAPE = (12, 12, 3)


def shaken(net, seed=0):
    rng = np.random.default_rng(seed)
    net.set_weights([rng.uniform(0.1, 1, w.shape) for w in net.get_weights()])
    return net


@pytest.fixture
def file(tmp_path):
    save_model(tmp_path / "net.keras", shaken(build_chain(TABLES["own"], SHAPE, 5, 1.5)))
    return tmp_path / "net.keras"


def changed(path, name, function):
    """The same file with another content of its member `name`."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for each, data in members.items():
            archive.writestr(each, function(data) if each == name else data)


def described(change):
    """A change of the description, as a function of the bytes of config.json."""
    def function(data):
        config = json.loads(data)
        other = change(config)
        return json.dumps(other if isinstance(other, list | dict) else config).encode()
    return function


def numbers(change):
    """A change of the numbers, as a function of the bytes of model.weights.h5."""
    def function(data):
        held = io.BytesIO(data)
        with h5py.File(held, "r+") as opened:
            change(opened)
        return held.getvalue()
    return function


def images():
    return np.random.default_rng(2).normal(size=(4, *SHAPE)).astype("float32")


def test_it_is_read_as_keras_reads_it(file):
    net, squashed = read_chain(file, TABLES)
    np.testing.assert_array_equal(net(images()), keras.saving.load_model(file)(images()))
    assert not squashed


@pytest.mark.parametrize("table", [(Row("conv", 4, 3, 2, "layer", "relu"), Row("dense")),
                                   (Row("conv", 4, 3, 2), Row("residual", 4, 3, 1, "instance"),
                                    Row("patches", 2, 3))])
def test_tables_with_other_rows(tmp_path, table):
    net = shaken(build_chain(table, SHAPE, 2))
    save_model(tmp_path / "a.keras", net)
    found, _ = read_chain(tmp_path / "a.keras", {"x": TABLES["own"], "y": Architecture(table)})
    np.testing.assert_allclose(found(images()), net(images()), rtol=1e-6)


@pytest.mark.parametrize("name", ["B.1", "quick"])
@pytest.mark.parametrize("width", [0.13, 1.0])
def test_our_classifiers_at_any_width(tmp_path, name, width):
    save_model(tmp_path / "a.keras", net := build_chain(CLASSIFIERS[name], (16, 20, 3), 7, width))
    found, _ = read_chain(tmp_path / "a.keras", CLASSIFIERS)
    assert [w.shape for w in found.get_weights()] == [w.shape for w in net.get_weights()]


@pytest.mark.parametrize("ending", [
    [layers.Dense(5, activation="softmax")], [layers.Dense(5), layers.Activation("softmax")],
    [layers.Dense(5), layers.Softmax()], [layers.Dense(5, activation="sigmoid")]])
def test_one_of_another_program_with_the_layers_of_a_table(tmp_path, ending):
    other = keras.Sequential([keras.Input(SHAPE), layers.Conv2D(4, 3, 2, "same"), layers.ReLU(),
                              layers.Flatten(), *ending])
    shaken(other).save(tmp_path / "a.keras")
    net, squashed = read_chain(tmp_path / "a.keras", {"mine": Architecture(
        (Row("conv", 2, 3, 2, activation="relu"), Row("dense")))})
    assert squashed
    for a, b in zip(net.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_nothing_in_a_file_is_run(tmp_path, file):
    ran = tmp_path / "ran"
    x = keras.Input(SHAPE)
    y = layers.Lambda(lambda y: (__import__("os").environ.update(RAN="1"), y)[1])(x)
    keras.Model(x, layers.Dense(5)(layers.Flatten()(y))).save(tmp_path / "lambda.keras")
    del os.environ["RAN"]
    with pytest.raises(UserError, match="none of the tables"):
        read_chain(tmp_path / "lambda.keras", {"flat": Architecture((Row("dense"),))})
    for config in ({"module": "os", "class_name": "mkdir", "config": str(ran)},
                   {"module": "builtins", "class_name": "function", "config": "eval"}):
        changed(file, "config.json", lambda data, config=config: json.dumps(config).encode())
        with pytest.raises(UserError, match="description is none of a net"):
            read_chain(file, TABLES)
    assert not ran.exists() and "RAN" not in os.environ


def last(config):
    return config["config"]["layers"][-1]["config"]


@pytest.mark.parametrize("change", [
    lambda c: [], lambda c: {"a": 1}, lambda c: c | {"class_name": "Model"},
    lambda c: last(c).update(units="x"), lambda c: last(c).update(units=-1),
    lambda c: last(c).update(units=True), lambda c: last(c).update(units=10**9),
    lambda c: last(c).update(units=6), lambda c: last(c).update(activation="tanh"),
    lambda c: (c["config"]["layers"].pop(), None)[1], lambda c: c["config"].update(layers=[]),
    lambda c: c["config"]["layers"][1]["config"].update(filters=10**6),
    lambda c: c["config"]["layers"][1]["config"].update(strides=[1, 1]),
    lambda c: c["config"]["layers"][0]["config"].update(batch_shape=[None, 10**6, 10**6, 3]),
    lambda c: c["config"]["layers"][0]["config"].update(batch_shape=[None, None, None, 3]),
    lambda c: c["config"]["layers"][-1].update(inbound_nodes="x")])
def test_other_descriptions_are_refused(file, change):
    changed(file, "config.json", described(change))
    with pytest.raises(UserError):
        read_chain(file, TABLES)


def replaced(name, **settings):
    """Puts another dataset at the place of the first kernel."""
    def change(opened):
        del opened[name]
        opened.create_dataset(name, **settings)
    return change


KERNEL = "layers/conv2d/vars/0"


@pytest.mark.parametrize("change, message", [
    (lambda f: f.__delitem__(KERNEL), "there is no array"),
    (lambda f: (f.__delitem__(KERNEL), f.create_group(KERNEL)), "a group"),
    (lambda f: (f.__delitem__(KERNEL),
                f.__setitem__(KERNEL, h5py.ExternalLink("/etc/other.h5", "x"))), "a link"),
    (lambda f: (f.__delitem__(KERNEL), f.__setitem__(KERNEL, h5py.SoftLink("/layers"))), "a link"),
    (replaced(KERNEL, shape=(2**20, 2**20), dtype="f4", chunks=(1, 2**10)), "not numbers of"),
    (replaced(KERNEL, shape=(3, 3, 3, 6), dtype="f4", compression="gzip"), "not kept plainly"),
    (replaced(KERNEL, data=np.zeros((3, 3, 3, 6), "i4")), "int32"),
    (replaced(KERNEL, data=np.full((3, 3, 3, 6), np.nan, "f4")), "not finite"),
    (replaced(KERNEL, shape=(3, 3, 3, 6), dtype="f4", external=[("x", 0, 648)]), "not kept")])
def test_numbers_that_are_not_plainly_there_are_refused(file, change, message):
    changed(file, "model.weights.h5", numbers(change))
    with pytest.raises(UserError, match=message):
        read_chain(file, TABLES)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_what_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "a.keras").write_bytes(content)
    with pytest.raises(UserError, match="no .keras file"):
        read_chain(tmp_path / "a.keras", TABLES)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(file):
    with zipfile.ZipFile(file) as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", bytes(2**24))
    with pytest.raises(UserError, match="larger than any of a net"):
        read_chain(file, TABLES)


def test_a_deep_description_is_refused(file):
    changed(file, "config.json", lambda data: b"[" * 100_000)
    with pytest.raises(UserError, match="nested too deeply"):
        read_chain(file, TABLES)
