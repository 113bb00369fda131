"""The values of a critic at every point, between data and the same data with noise."""

from collections.abc import Callable
from functools import partial

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from data.toys import toy_centers, toy_points, toy_sd
from figures.canvas import ORANGE, Canvas
from figures.catalogue import Figure
from figures.toy import DiscriminatorLoss, sample_points, small_discriminator
from framework.devices import compiled
from framework.random import Random
from framework.tensors import Tensor
from losses.adversarial import Wasserstein
from losses.kernels import gaussian_kernel
from losses.mmd import MMD, witness
from penalties.gradient import gradient_penalty
from trainers.optimizers import RMSprop

# NOISE is the standard deviation of the noise. Chen calls his small; with 0.1 hardly a fake lies
# between two clusters, so nothing makes a critic of ReLUs fall there: its contours are rays. 1 is
# the value in the figure of Gulrajani et al. 2017, which his figure follows.
NOISE, GAMMA, BATCH = 1.0, 10.0, 256
AXIS_LIMIT, GRID_POINTS = 2.0, 81


def population_witness(t: ArrayLike, gamma: float, noise: float,
                       name: str = "grid25") -> np.ndarray:
    """The Gaussian kernel's witness at t [T, 2] between the toy set `name` and the same with noise
    of the standard deviation `noise`, in closed form: E exp(-gamma |x - t|^2) for x ~ N(m, v I) is
    (1 + 2 gamma v)^-1 exp(-gamma |t - m|^2 / (1 + 2 gamma v)) in two dimensions."""
    squares = np.sum((np.asarray(t)[:, None] - toy_centers(name)[None]) ** 2, -1)

    def mean(variance):
        spread = 1 + 2 * gamma * variance
        return np.mean(np.exp(-gamma * squares / spread), -1) / spread
    return mean(toy_sd(name) ** 2) - mean(toy_sd(name) ** 2 + noise**2)


def grid_places(name: str = "grid25") -> dict[str, np.ndarray]:
    """Returns points of the grid by kind: the modes, the middles of the edges between two, and the
    centers of the cells between four. A witness that separates the modes is highest on modes and
    lowest on cells."""
    axis = np.unique(toy_centers(name)[:, 0])
    half = 0.5 * (axis[1] - axis[0])
    modes = toy_centers(name)
    return {"modes": modes, "edges": modes[modes[:, 0] < axis[-1]] + (half, 0),
            "cells": modes[(modes < axis[-1] - half).all(1)] + half}


def sample_pair(points: Tensor, random: Random) -> tuple[Tensor, Tensor]:
    """Draws a batch of data, and a batch of other data with noise."""
    fake = sample_points(points, random, BATCH)
    return sample_points(points, random, BATCH), fake + random.normal(tf.shape(fake), NOISE)


def train_critic(discriminator: keras.Model, loss: DiscriminatorLoss,
                 optimizer: keras.optimizers.Optimizer, steps: int,
                 penalty: Callable | None = None, weight: float = 0.0,
                 clip: float = 0.0) -> keras.Model:
    """Trains `discriminator` against the fixed generator that adds noise, and returns it.

    penalty: a function of (discriminator, real, fake, alpha [B]) that is added to the loss with
    `weight`. clip: if not 0, the bound of all weights.
    """
    points, variables = tf.constant(toy_points("grid25")[0]), discriminator.trainable_variables
    optimizer.build(variables)

    def step(iteration):
        random = Random(1, iteration)
        real, fake = sample_pair(points, random)
        with tf.GradientTape() as tape:
            value = loss.discriminator(discriminator(real), discriminator(fake))
            if penalty:
                value += weight * penalty(discriminator, real, fake, random.uniform([BATCH]))
        optimizer.apply(tape.gradient(value, variables), variables)
        for v in variables if clip else ():
            v.assign(tf.clip_by_value(v, -clip, clip))
    update = compiled(step)
    for i in range(steps):
        update(tf.constant(i))
    return discriminator


def surfaces(iterations: int, seed: int = 0) -> dict[str, Callable[[np.ndarray], Tensor]]:
    """Trains each method for `iterations` steps; returns functions of points [T, 2] by method.

    The document gives the 64-unit critics and gamma 1 for the trained kernel. The other settings
    are ours: WGAN clipped at 0.1, WGAN-GP with weight 0.1 as is usual for points, and gamma 10,
    chosen by hand, for the plain MMD.
    """
    keras.utils.set_random_seed(seed)
    real = tf.constant(toy_points("grid25")[0])
    fake = real + Random(2, 0).normal(real.shape, NOISE)
    adam = partial(keras.optimizers.Adam, 1e-3, 0.5, 0.9)
    clipped = train_critic(small_discriminator(), Wasserstein(), RMSprop(1e-3, 0.99), iterations,
                           clip=0.1)
    penalised = train_critic(small_discriminator(), Wasserstein(), adam(), iterations,
                             gradient_penalty, 0.1)
    kernel = gaussian_kernel(1.0)
    features = train_critic(small_discriminator(16), MMD(kernel, asymmetry_weight=16.0), adam(),
                            iterations)
    return {
        "WGAN, clipped": lambda t: clipped(t)[:, 0], "WGAN-GP": lambda t: penalised(t)[:, 0],
        "MMD": lambda t: witness(t, real, fake, gaussian_kernel(GAMMA)),
        "kernelized GAN": lambda t: witness(features(t), features(real), features(fake), kernel)}


def draw(iterations: int = 3000) -> Figure:
    """The values of critics and witnesses at every point, between 25 Gaussians and the same with
    noise (figure 3.3 of Chen's thesis): only those with a kernel separate the clusters."""
    axis = np.linspace(-AXIS_LIMIT, AXIS_LIMIT, GRID_POINTS).astype("float32")
    x, y = np.meshgrid(axis, axis)
    grid, data = np.stack([x.ravel(), y.ravel()], -1), toy_points("grid25")[0][:1000]
    columns, canvas = {"x": grid[:, 0], "y": grid[:, 1]}, Canvas(1, 4, 3.2, 3.3)
    for number, (name, surface) in enumerate(surfaces(iterations).items()):
        columns[name] = np.concatenate([surface(part) for part in np.array_split(grid, 9)])
        panel = canvas.panel(number, name, aspect="equal")
        panel.contour(x, y, columns[name].reshape(GRID_POINTS, GRID_POINTS), 12, cmap="viridis",
                      linewidths=0.8)
        panel.scatter(*data.T, s=2, c=ORANGE, lw=0)
    return Figure(canvas.picture(), columns)
