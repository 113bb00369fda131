"""An iteration under XLA against the same one as a graph."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from config.resolve import resolve
from data.domain import Domain
from framework.devices import compiled
from framework.errors import UserError
from penalties.couplings import FrozenNets
from trainers.coupled import build
from trainers.kinds import TRAINERS
from trainers.optimizers import OPTIMIZERS
from trainers.perceptual import vgg_features_for

ONE, TWO = "--dataset ring ", "--domains ring,grid25 "
TABLE = (
    ONE + "--gan_type gan --loss wgan --disc_penalty wgan-gp --discriminator_steps 2",
    ONE + "--gan_type gan --loss wgan --clip 0.05 --conditional --clip_gradient 0.5",
    TWO + "--gan_type scogan --loss minimax --feature_weight 1 --cycle_weight 1 --tying_weight 1",
    ONE + "--gan_type gmmn --loss mmd --kernel rks",
    TWO + "--gan_type drift --tying_weight 1",
)
SLOW = (                                     # XLA compiles each for some ten seconds
    ONE + "--gan_type gan --loss leastsquares --instance_noise 0.1 --ema 0.9 --weight_decay 0.1 "
          "--optimizer rmsprop",
    TWO + "--gan_type cogan --loss hinge --discriminator_norm spectral-scale",
    ONE + "--gan_type mmd_gan --loss mmd --kernel gaussian-mixture --disc_penalty witness-gp",
    ONE + "--gan_type mmd_gan --loss mmd --kernel rational-quadratic --gradient_scale smmd",
    "--dataset glyph2negative --gan_type scogan --loss nonsaturating --generator quick "
    "--discriminator quick --width 0.05 --semantic_weight 1 --balance_weight 1 "
    "--content_weight 1e-4 --content_layers block1_conv1 --style_weight 1e-8 "
    "--style_layers block1_conv1 --vgg_weights random --vgg_resize 8",
)


def images(name):
    rng = np.random.default_rng(len(name))
    shape = (32, 32, 3) if name.startswith("glyph") else (2,)
    points = rng.integers(0, 256, (8, *shape), np.uint8)
    return Domain(name, points if len(shape) > 1 else points / np.float32(128) - 1,
                  rng.integers(0, 8, 8), 8)


def trainer_of(config, domains):
    if config.experiment.gan_type in ("gmmn", "drift"):
        return TRAINERS.find(config.experiment.gan_type)(config, domains).trainer
    if not config.coupling.semantic_weight:
        return build(config, domains)
    reader = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(),
                               keras.layers.Dense(8)])
    reader.trainable = False
    return build(config, domains, FrozenNets(partial(reader, training=False),
                                             np.full(8, 1 / 8, "float32"),
                                             vgg=vgg_features_for(config.coupling, "float32",
                                                                  (32, 32, 3))))


@pytest.mark.parametrize("flags", [
    *TABLE, *(pytest.param(flags, marks=pytest.mark.slow) for flags in SLOW)])
def test_an_iteration_is_the_same(flags, monkeypatch):
    # Adam divides by the gradient's size, and so makes of rounding a whole step.
    monkeypatch.setitem(OPTIMIZERS, "adam", lambda lr, config, decay: keras.optimizers.SGD(lr))
    config = resolve([*(flags if "width" in flags else flags + " --width 0.1").split(), "--preset",
                      "none", "--run", "nowhere", "--latent_dim", "3", "--batch_size", "4",
                      "--lr_g", "0.1", "--seed", "2"])
    domains = [images(name) for name in (config.data.domains or config.data.dataset.replace(
        "glyph2", "glyph,glyph_")).split(",")]
    trainer = trainer_of(config, domains)
    steps = max(1, config.training.discriminator_steps)
    batch = tuple(np.stack([d.images[:4]] * steps) for d in domains)
    batch = (batch, tuple(np.stack([d.labels[:4]] * steps) for d in domains)
             ) if config.nets.conditional else batch
    state = [v for variables in trainer.state().values() for v in variables]
    start, found = [v.numpy() for v in state], []
    for mode in ("graph", "xla"):
        for v, value in zip(state, start, strict=True):
            v.assign(value)
        terms = compiled(trainer.iterate, mode)(tf.constant(3, tf.int64), batch)
        found.append(({n: float(t) for n, t in terms.items()}, [v.numpy() for v in state]))
    (graph, of_graph), (xla, of_xla) = found
    assert graph == pytest.approx(xla, rel=1e-4, abs=1e-6)
    moved = 0
    for before, a, b in zip(start, of_graph, of_xla, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * max(1, np.abs(a).max(initial=0)))
        moved = max(moved, np.abs(a.astype("float64") - before).max(initial=0))
    assert moved > 1e-3


def test_what_xla_cannot_take_is_said_in_one_line():
    def iterate(x):
        return tf.reduce_sum(tf.unique(x)[0])
    x = tf.constant([1.0, 2.0, 2.0])
    assert float(compiled(iterate)(x)) == 3

    def words(x):
        return tf.strings.length(tf.strings.as_string(x))
    with pytest.raises(UserError, match="compile xla cannot take .*AsString.*--compile graph"):
        compiled(words, "xla")(x)
