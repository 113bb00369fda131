"""Counts of arithmetic against TensorFlow's profiler, against graphs op by op, and by hand."""

from math import prod

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from benchmarks import work
from benchmarks.counts import work_of
from benchmarks.listing import Listing
from config.resolve import resolve
from data.domain import Domain
from nets.architectures import (
    CLASSIFIERS,
    DISCRIMINATORS,
    GENERATORS,
    Row,
    use_resize_convolutions,
    widen,
)
from nets.architectures.digits import DIGIT_DISCRIMINATOR, DIGIT_GENERATOR
from nets.architectures.encoders import LATENT_ENCODER
from penalties.couplings import FrozenNets
from penalties.gradient import gradient_penalty
from trainers.coupled import build

COUNTED = ("MatMul", "Conv2D", "Conv2DBackpropInput", "Conv2DBackpropFilter")
BATCH = 3


def plain(row, x):
    """A row as Keras's layers, norms left out."""
    if row.kind == "input":
        return x
    if row.kind == "dense":
        x = layers.Dense(row.filters)(layers.Flatten()(x))
    elif row.kind == "project":
        shape = (row.kernel, row.kernel, row.filters)
        x = layers.Reshape(shape)(layers.Dense(prod(shape))(x))
    elif row.kind == "convt":
        x = layers.Conv2DTranspose(row.filters, row.kernel, row.stride, "same")(x)
    elif row.kind == "upconv":
        x = layers.Conv2D(row.filters, row.kernel, 1, "same")(layers.UpSampling2D(row.stride)(x))
    elif row.kind == "residual":
        x = [x := layers.Conv2D(row.filters, row.kernel, 1, "same")(x) for _ in range(2)][-1]
    elif row.kind == "residual_up":
        y = layers.Conv2D(row.filters, row.kernel, 1, "same")(x)
        y = layers.Conv2DTranspose(row.filters, 2 * row.stride, row.stride, "same")(y)
        x = y + layers.UpSampling2D(row.stride)(layers.Conv2D(row.filters, 1)(x))
    elif row.kind == "residual_down":
        y = layers.Conv2D(row.filters, 2 * row.stride, row.stride, "same")(x)
        y = layers.Conv2D(row.filters, row.kernel, 1, "same")(y)
        x = y + layers.Conv2D(row.filters, 1)(layers.AveragePooling2D(row.stride)(x))
    elif row.kind == "preactivated_up":
        x = layers.UpSampling2D(row.stride)(x)
        y = layers.Conv2D(row.filters, row.kernel, 1, "same")(x)
        x = layers.Conv2D(row.filters, row.kernel, 1, "same")(y) + layers.Conv2D(row.filters, 1)(x)
    elif row.kind.startswith("preactivated"):
        y = layers.Conv2D(row.filters, row.kernel, 1, "same")(x)
        y = layers.Conv2D(row.filters, row.kernel, 1, "same")(y)
        small = layers.AveragePooling2D(row.stride)
        project = layers.Conv2D(row.filters, 1)
        first = row.kind == "preactivated_first"
        x = small(y) + (project(small(x)) if first else small(project(x)))
    elif row.kind == "summed":
        x = layers.Dense(row.filters)(layers.GlobalAveragePooling2D()(x))
    else:
        x = layers.Conv2D(row.filters, row.kernel, row.stride, row.padding)(x)
    if row.activation in ("tanh", "relu"):
        x = layers.Activation(row.activation)(x)
    if row.kind == "patches":
        x = layers.GlobalAveragePooling2D()(x)
    return layers.MaxPooling2D(row.pool)(x) if row.pool > 1 else x


def model(table, shape):
    x = image = keras.Input(shape)
    for row in table:
        x = plain(row, x)
    return keras.Model(image, x)


def traced(function, *shapes):
    return tf.function(function, autograph=False).get_concrete_function(
        *(tf.TensorSpec(shape) for shape in shapes))


def needed_operations(graph):
    """Those that outputs and side effects depend on: what runs."""
    waiting, seen = [t.op for t in graph.outputs] + list(graph.control_outputs), set()
    while waiting:
        op = waiting.pop()
        if op not in seen:
            seen.add(op)
            waiting += [t.op for t in op.inputs] + list(op.control_inputs)
    return seen


def flop(op) -> int:
    """Twice the multiply-adds of one operation, from the shapes of what goes in and out."""
    if op.type == "MatMul":
        return 2 * prod(op.outputs[0].shape) * op.inputs[0].shape[
            0 if op.get_attr("transpose_a") else 1]
    if op.type == "Conv2D":
        made, kernel = op.outputs[0], op.inputs[1]
    else:
        made, kernel = op.inputs[2], (op.outputs[0] if op.type.endswith("Filter") else op.inputs[1])
    return 2 * prod(made.shape) * prod(kernel.shape[:3])


def counted(function) -> int:
    """FLOP of the products that a concrete function runs."""
    return sum(flop(op) for op in needed_operations(function.graph) if op.type in COUNTED)


def profiled(function) -> int:
    """The same by TensorFlow's profiler."""
    options = (tf.compat.v1.profiler.ProfileOptionBuilder(
        tf.compat.v1.profiler.ProfileOptionBuilder.float_operation())
        .with_accounted_types([f"^{name}$" for name in COUNTED]).with_empty_output().build())
    graph = tf.compat.v1.profiler.profile(function.graph, cmd="op", options=options)
    return graph.total_float_ops


def tables():
    for name, each in GENERATORS.items():
        yield f"generator {name}", widen(each.table, 0.02), (7,)
        yield f"resized {name}", use_resize_convolutions(widen(each.table, 0.02)), (7,)
    for name, each in DISCRIMINATORS.items():
        yield f"critic {name}", widen(each.table, 0.02), each.image_shape
    for name, each in CLASSIFIERS.items():
        yield f"classifier {name}", work.ending(widen(each.table, 0.1), 10), (32, 32, 3)
    yield "encoder", work.ending(widen(LATENT_ENCODER, 0.05), 9), (32, 32, 3)


@pytest.mark.parametrize(("table", "shape"), [t[1:] for t in tables()],
                         ids=[t[0] for t in tables()])
def test_forward_passes_as_the_profiler_counts_them(table, shape):
    function = traced(model(table, shape), (BATCH, *shape))
    of_rows = BATCH * sum(c.flop for c in work.costs(table, shape))
    assert of_rows == profiled(function) == counted(function)
    assert work.costs(table, shape)[-1].shape == function.structured_outputs.shape[1:]


@pytest.mark.parametrize(("size", "kernel", "stride"), [(4, 4, 1), (4, 3, 2), (5, 3, 2), (32, 6, 1),
                                                        (7, 5, 3), (2, 5, 1)])
def test_without_padding_every_product_meets_a_pixel(size, kernel, stride):
    """A convolution of ones with ones counts at each output the pixels that it reads."""
    ones, taps = tf.ones((1, size, size, 1)), tf.ones((kernel, kernel, 1, 1))
    meeting = float(tf.reduce_sum(tf.nn.conv2d(ones, taps, stride, "SAME")))
    row = Row("conv", 3, kernel, stride)
    assert work.cost(row, (size, size, 2), padding=False).flop == 2 * 2 * 3 * meeting

    large = tf.ones((1, size * stride, size * stride, 1))
    meeting = float(tf.reduce_sum(tf.nn.conv2d(large, taps, stride, "SAME")))
    row = Row("convt", 3, kernel, stride)
    assert work.cost(row, (size, size, 2), padding=False).flop == 2 * 2 * 3 * meeting


def test_the_published_tables_by_hand():
    discriminator = work.net(DIGIT_DISCRIMINATOR, (32, 32, 3))
    first, dense = 32 * 32 * 25 * 3 * 20, 500
    assert discriminator.forward == 2 * (first + 16 * 16 * 25 * 20 * 50 + 8 * 8 * 50 * 500 + dense)
    ends = discriminator.first, discriminator.last, discriminator.curved
    assert ends == (2 * first, 2 * dense, False)
    assert discriminator.learn == 3 * discriminator.forward - 2 * first
    rows = [100 * 4 * 4 * 1024, 4 * 4 * 16 * 1024 * 1024, 4 * 4 * 9 * 1024 * 512,
            8 * 8 * 9 * 512 * 256, 16 * 16 * 9 * 256 * 128, 32 * 32 * 36 * 128 * 3]
    assert [c.flop for c in work.costs(DIGIT_GENERATOR, (100,))] == [2 * r for r in rows]
    apart, shared = (work.joint([DIGIT_GENERATOR] * 3, 100, rows) for rows in (0, 5))
    assert apart.forward == 3 * 2 * sum(rows) and apart.first == 3 * 2 * rows[0]
    assert shared.forward == 2 * (sum(rows) + 2 * rows[-1]) and shared.first == 2 * rows[0]


def gradients(net, of, x):
    """A function of a batch: the gradient of the sum of scores, with respect to `of`."""
    def function(images):
        with tf.GradientTape() as tape:
            tape.watch(images)
            score = tf.reduce_sum(net(images) ** 2)
        return tape.gradient(score, [*net.trainable_variables, images][of])
    return counted(traced(function, (BATCH, *x)))


SMOOTH = (Row("conv", 6, 5, 2, activation="tanh"), Row("conv", 8, 3, 2, activation="tanh"),
          Row("dense", 9, activation="tanh"), Row("dense", 1))
KINKED = tuple(row._replace(activation=row.activation and "relu") for row in SMOOTH)


def test_backward_passes_as_the_graphs_have_them():
    shape = (16, 16, 3)
    net, built = work.net(SMOOTH, shape), model(SMOOTH, shape)
    everything, weights, image = slice(None), slice(-1), slice(-1, None)
    assert BATCH * net.both == gradients(built, everything, shape)
    assert BATCH * net.learn == gradients(built, weights, shape)
    assert BATCH * net.through == gradients(built, image, shape)


def penalty_graph(table, shape):
    net = model(table, shape)

    def function(real, fake):
        with tf.GradientTape() as tape:
            value = gradient_penalty(net, real, fake, tf.ones([BATCH]))
        found = tape.gradient(value, net.trainable_variables)
        return [g for g in found if g is not None]          # the last bias moves no gradient
    return counted(traced(function, (BATCH, *shape), (BATCH, *shape)))


def test_penalties_as_the_graphs_have_them():
    """TensorFlow goes back through the forward pass of a piecewise linear net too, with zeros;
    that much it may do beyond what is needed, not more."""
    shape = (16, 16, 3)
    smooth, kinked = work.net(SMOOTH, shape), work.net(KINKED, shape)
    assert BATCH * smooth.penalty == pytest.approx(penalty_graph(SMOOTH, shape), rel=1e-3)
    assert smooth.curved and not kinked.curved
    found = penalty_graph(KINKED, shape)
    assert BATCH * kinked.penalty <= found * 1.001
    assert found <= BATCH * smooth.penalty * 1.001


def test_parts_of_an_iteration_by_hand():
    generators, discriminator = work.Net(1000, 10), work.Net(100, 7, 1)
    encoder, classifier, features = work.Net(50, 5), work.Net(20), work.Net(30)
    critics = [discriminator] * 2
    parts = work.iteration(4, 2, generators, critics, 5, penalties=1, encoder=encoder,
                           classifier=classifier, features=features, real_features=True)
    assert parts == {
        "critic fakes": 5 * 4 * 1000,
        "critic update": 5 * 4 * 2 * 2 * (300 - 7),
        "penalty": 5 * 4 * 2 * (99 + 100 + 100 + 99),
        "generator update": 4 * (3000 - 10) + 4 * 2 * 200,
        "couplings": 4 * 2 * (150 + 40 + 60 + 30),
    }
    scaled = work.iteration(4, 2, generators, critics, 1, penalties=1, scaled=True,
                            real_scores=True)
    alone = work.iteration(4, 2, generators, critics, 1)
    assert scaled["generator update"] - alone["generator update"] == 4 * 2 * 300
    assert alone["penalty"] == alone["couplings"] == 0


def written_out(condition, body, state):
    """tf.while_loop with its steps one after the other, where the profiler sees them."""
    while condition(*state):
        state = body(*state)
    return state


@pytest.mark.parametrize("loop", [Listing, build], ids=["listing", "ours"])
def test_an_iteration_runs_what_is_counted(loop, monkeypatch):
    """On dense nets with tanh, whose graphs hold nothing but what is needed."""
    monkeypatch.setattr(tf, "while_loop", written_out)
    config = resolve(["--gan_type", "scogan", "--domains", "mnist,svhn", "--preset", "none",
                      "--loss", "wgan", "--disc_penalty", "wgan-gp", "--batch_size", "4",
                      "--discriminator_steps", "2", "--latent_dim", "6", "--width", "0.5",
                      "--generator", "toy", "--discriminator", "toy"])
    points = np.random.default_rng(0).uniform(-1, 1, (2, 4, 2)).astype("float32")
    trainer = loop(config, [Domain(name, points[0]) for name in "ab"], FrozenNets())
    step = tf.function(trainer.iterate, autograph=False).get_concrete_function(
        tf.constant(0, tf.int64), (tf.constant(points),) * 2)
    expected = sum(work_of(config, 2, (2,), 0).values())
    assert counted(step) == pytest.approx(expected, rel=0.01)
