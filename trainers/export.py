"""`main.py export RUN`: a run's nets for other programs, each compared with the run's own.

    keras       NAME.keras, which plain Keras loads
    savedmodel  a folder NAME, TensorFlow's own form
    onnx        NAME.onnx, by Keras's exporter (tf2onnx)
    tflite      NAME.tflite, for telephones (LiteRT)
"""

import io
import os
import tempfile
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from config.kinds import has
from config.resolve import load_config
from config.run import shown_checkpoint
from framework.checkpoint import plain, restore_part, save_model
from framework.errors import UserError
from framework.files import UNFINISHED, remove, replacing, writable_folder
from framework.quiet import quiet
from nets.build import image_model
from trainers.fitted_encoder import Encoder, fitted_encoder
from trainers.held_out import restored
from trainers.inverse import net_for
from trainers.restore import Sampler
from trainers.style_vae import stylist_for
from trainers.translators import Translators
from trainers.variables import all_variables

BATCH = 3                       # random inputs that two forms of a net are compared on
MOST = 1e-4                     # difference in float32 that is left to rounding
SIDE = 64                       # pixels of an image for nets that take any size
SCALES = (1, 2, 4, 8)           # pixels along a side that a position of activations stands for

Reader = Callable[[list[np.ndarray]], list[np.ndarray]]


class Form(NamedTuple):
    """One way to keep a net.

    suffix: of its file. needs: packages that write it. write: (net, place) to the file. reads: the
    package that runs it. read: the file to a function of the inputs.
    """

    suffix: str
    needs: tuple[str, ...]
    write: Callable[[keras.Model, Path], Any]
    reads: str
    read: Callable[[Path], Reader]


def main(run: str, *, format: str = "keras", output: str = "", image_size: int = 256) -> None:
    """Writes every net of `run` in the `format` to the folder `output` ("": exported/ in the
    run's), loads it back in its own runtime, and prints the largest difference on random inputs.

    image_size: height and width of the images of style nets in tflite, which knows one size alone.
    Raises UserError where a package is missing, and for a net that comes back as another.
    """
    form = FORMS[format]
    missing = [name for name in form.needs if find_spec(name) is None]
    if missing:
        raise UserError(f"format {format} is written by {' and '.join(missing)}; install what "
                        "requirements-export.txt names")
    nets, folder = nets_of(run), writable_folder(output or Path(run) / "exported")
    for name, net in nets.items():
        net = of_one_size(net, image_size) if format == "tflite" else net
        path, inputs = folder / f"{name}{form.suffix}", random_inputs(net)
        own = outputs(net(inputs if len(inputs) > 1 else inputs[0], training=False))
        with quiet(), redirect_stdout(io.StringIO()):       # each exporter says something else
            form.write(net, path)
        print(f"{path}: {shapes(net.inputs)} -> {shapes(net.outputs)}; "
              f"{compared(path, form, inputs, own)}")


def write_file(net: keras.Model, path: Path, kind: str) -> None:
    """By Keras's exporter, wholly or not at all."""
    with replacing(path) as temporary:
        net.export(temporary, format=kind, verbose=False)


def write_folder(net: keras.Model, path: Path) -> None:
    """TensorFlow's own form, in place of a folder of that name."""
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=UNFINISHED) as beside:
        net.export(Path(beside) / path.name, format="tf_saved_model", verbose=False)
        remove(path)
        os.replace(Path(beside) / path.name, path)


def write_tflite(net: keras.Model, path: Path) -> None:
    """By TensorFlow's converter."""
    with replacing(path) as temporary:
        temporary.write_bytes(tf.lite.TFLiteConverter.from_keras_model(net).convert())


def read_keras(path: Path) -> Reader:
    """Keras's own way."""
    net: Any = keras.models.load_model(path)
    return lambda inputs: outputs(net(inputs if len(inputs) > 1 else inputs[0], training=False))


def read_folder(path: Path) -> Reader:
    """TensorFlow's own way, without Keras."""
    net: Any = tf.saved_model.load(str(path))
    return lambda inputs: outputs(net.serve(inputs if len(inputs) > 1 else inputs[0]))


def read_onnx(path: Path) -> Reader:
    """onnxruntime's way."""
    import onnxruntime  # pyright: ignore[reportMissingImports]

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]
    return lambda inputs: outputs(session.run(None, dict(zip(names, inputs, strict=True))))


def read_tflite(path: Path) -> Reader:
    """The way of TensorFlow's own interpreter, which puts inputs and outputs in an order of its
    own; the numbers in their names say which is which."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")         # it will move to another package
        net = tf.lite.Interpreter(str(path))

    def places_of(details: list[dict]) -> list[int]:
        return [each["index"] for each in sorted(details, key=lambda each: each["name"])]

    def run(inputs: list[np.ndarray]) -> list[np.ndarray]:
        places = places_of(net.get_input_details())
        for place, x in zip(places, inputs, strict=True):
            net.resize_tensor_input(place, x.shape)
        net.allocate_tensors()
        for place, x in zip(places, inputs, strict=True):
            net.set_tensor(place, x)
        net.invoke()
        return [net.get_tensor(place) for place in places_of(net.get_output_details())]
    return run


FORMS = {
    "keras": Form(".keras", (), lambda net, path: save_model(path, net), "keras", read_keras),
    "savedmodel": Form("", (), write_folder, "tensorflow", read_folder),
    "onnx": Form(".onnx", ("onnx", "tf2onnx"), partial(write_file, kind="onnx"), "onnxruntime",
                 read_onnx),
    "tflite": Form(".tflite", (), write_tflite, "tensorflow", read_tflite),
}


def nets_of(run: str) -> dict[str, keras.Model]:
    """The nets of a run as layers of plain Keras, by name: generators, and where it has an encoder
    that of each domain and a translator from each to each; or the translators of a run that has
    no others; or those of a style run.

    Raises UserError for a run that has others.
    """
    config = load_config(run)
    gan_type = config.experiment.gan_type
    if has(gan_type, "generators"):
        return generator_nets(Sampler(run))
    if has(gan_type, "translators"):
        return {name: plain(net) for name, net in Translators(run).nets.items()}
    if has(gan_type, "inverse"):
        nets = {"inverse": net_for(config)}
    elif has(gan_type, "stylist"):
        nets = stylist_for(config).nets
    else:
        raise UserError(f"{run} is of gan_type {gan_type}; its net is in models/ already")
    state = {"inverse" if has(gan_type, "inverse") else "stylist": all_variables(nets.values())}
    if not restore_part(shown_checkpoint(run)[0], state):
        raise UserError(f"{run} has no checkpoint yet; train on with --run {run}")
    return {name: plain(net) for name, net in nets.items()}


def generator_nets(sampler: Sampler) -> dict[str, keras.Model]:
    """generator_A: z, with the class behind it in a conditional run, to an image; encoder_A: the
    reverse; A_to_B: an image of A to one of B."""
    generators = {name: plain(image_model(net)) for name, net in zip(
        sampler.domains, sampler.generators, strict=True)}
    nets = {f"generator_{name}": net for name, net in generators.items()}
    if has(sampler.config.experiment.gan_type, "likelihood"):
        own = restored(sampler).exported()
        return nets | {f"{kind}_{sampler.domains[0]}": plain(net) for kind, net in own.items()}
    if len(sampler.image_shape) != 3 or not (encoder := fitted_encoder(sampler)):
        return nets
    encoders = {name: encoder_model(encoder, k, sampler.image_shape)
                for k, name in enumerate(sampler.domains)}
    nets |= {f"encoder_{name}": net for name, net in encoders.items()}
    for first, encode in encoders.items():
        for second, generator in generators.items():
            if first != second:
                x = keras.Input(sampler.image_shape, name="x")
                nets[f"{first}_to_{second}"] = keras.Model(
                    x, generator(encode(x)), name=f"{first}_to_{second}")
    return nets


def encoder_model(encoder: Encoder, k: int, image_shape: tuple[int, ...]) -> keras.Model:
    """The encoder of domain k alone: images [B, H, W, C] in [-1, 1] to what generators read."""
    x = keras.Input(image_shape, name="x")
    # The domain's channels, constant over the image: a convolution of kernel 0 adds its bias.
    planes = layers.Conv2D(encoder.domains, 1, kernel_initializer="zeros", trainable=False,
                           name="domain")
    seen = layers.Concatenate(name="seen")([x, planes(x)])
    planes.set_weights([planes.get_weights()[0], np.eye(encoder.domains)[k]])
    found = plain(encoder.net)(seen)
    z, logits = found[:, :encoder.dim], found[:, encoder.dim:]
    z = ops.tanh(z) if encoder.latent == "uniform" else z
    if encoder.classes:
        # Not by one_hot, for which TFLite has no operation.
        likeliest = ops.equal(logits, ops.max(logits, -1, keepdims=True))
        z = ops.concatenate([z, ops.cast(likeliest, "float32")], -1)
    return keras.Model(x, z, name="encoder")


def shapes(tensors: list) -> str:
    """Such as [B, 64]."""
    sizes = [[str(t.shape[0] or "B"), *(str(n or "any") for n in t.shape[1:])] for t in tensors]
    return ", ".join(f"[{', '.join(each)}]" for each in sizes)


def random_inputs(net: keras.Model) -> list[np.ndarray]:
    """BATCH inputs of each kind that the net takes, or as many as it takes, uniform in [-1, 1]."""
    random = np.random.default_rng(0)
    return [random.uniform(-1, 1, [t.shape[0] or BATCH, *(n or side for n in t.shape[1:])])
            .astype("float32") for t, side in zip(net.inputs, sides_of(net, SIDE), strict=True)]


def of_one_size(net: keras.Model, image_size: int) -> keras.Model:
    """The net for one image of this height and width at a time; one of fixed sizes as it is."""
    if all(None not in t.shape[1:] for t in net.inputs):
        return net
    x: Any = [keras.Input(batch_shape=(1, *(n or side for n in t.shape[1:])))
              for t, side in zip(net.inputs, sides_of(net, image_size), strict=True)]
    return keras.Model(x, net(x if len(x) > 1 else x[0]), name=net.name)


def sides_of(net: keras.Model, image_size: int) -> list[int]:
    """Height and width of each input that has none, images or activations, for images of a size."""
    known = all(is_image(x) or None not in x.shape[1:] for x in net.inputs)
    scale = 1 if known else next(filter(partial(fits, net), SCALES))
    return [image_size // (1 if is_image(x) else scale) for x in net.inputs]


def fits(net: keras.Model, scale: int) -> bool:
    """Whether the net makes images of activations a position of which is `scale` pixels wide."""
    probe = [keras.KerasTensor([1, *(n or SIDE // (1 if is_image(x) else scale)
                                     for n in x.shape[1:])]) for x in net.inputs]
    try:
        image: Any = net(probe if len(probe) > 1 else probe[0])
    except ValueError:              # the photograph is of another size than what is drawn
        return False
    return len(image.shape) != 4 or image.shape[1] == SIDE


def is_image(x: Any) -> bool:
    return x.shape[-1] == 3


def outputs(found: Any) -> list[np.ndarray]:
    """What a net gives, as a list also of a single one."""
    if isinstance(found, dict):
        found = list(found.values())
    return [np.asarray(each) for each in (found if isinstance(found, list | tuple) else [found])]


def compared(path: Path, form: Form, inputs: list[np.ndarray], own: list[np.ndarray]) -> str:
    """How far what the file gives of `inputs` is from `own`, in words. Raises UserError, and
    removes the file, where it is more than rounding."""
    if find_spec(form.reads) is None:
        return f"not compared: {form.reads} is not installed"
    with quiet():
        found = form.read(path)(inputs)
    difference = max(float(np.abs(a - b).max()) if a.shape == b.shape else np.inf
                     for a, b in zip(own, found, strict=True))
    if not difference <= MOST:
        remove(path)
        raise UserError(f"{path} gives other numbers than the run's net (by {difference:.1e}) and "
                        "is not kept")
    return f"at most {difference:.0e} from the run's own"
