"""From options to loss, penalty and scale."""

import numpy as np
import pytest

from config.resolve import resolve
from losses.adversarial import LOSSES, NonSaturating
from losses.kernels import KERNELS
from losses.mmd import MMD
from penalties.gradient import gradient_penalty
from trainers.objectives import clip_bound, discriminator_outputs, kernel_for, objective

GAN = ["--gan_type", "gan", "--dataset", "glyph", "--preset", "none"]
MMD_LOSS = [*GAN, "--loss", "mmd"]
X = np.sin(1 + np.arange(12.0)).reshape(4, 3).astype("float32")
Y = np.cos(2 + np.arange(9.0)).reshape(3, 3).astype("float32")


def kernel_of(config):
    return kernel_for(config.loss, 3, config.experiment.seed)


def objective_of(config, dim):
    return objective(config.loss, dim, config.experiment.seed)


@pytest.mark.parametrize("flags, outputs", [
    (GAN, 1), (MMD_LOSS, 16), ([*MMD_LOSS, "--discriminator_dim", "5"], 5)])
def test_length_of_what_critics_return(flags, outputs):
    config = resolve(flags)
    assert discriminator_outputs(config.loss, config.nets) == outputs


@pytest.mark.parametrize("flags, value", [
    (["gaussian"], 0.002965961), (["gaussian", "--kernel_gamma", "0.5"], 0.054460642),
    (["linear"], -1.342615), (["polynomial"], 0.117385),
    (["polynomial", "--kernel_bias", "0"], 1.802616), (["gaussian-mixture"], 3.315475),
    (["gaussian-mixture", "--kernel_scales", "2,5,10,20,40,80"], 5.334987),
    (["rational-quadratic"], 1.044918), (["rational-quadratic-dot"], -0.297697),
    (["rational-quadratic", "--kernel_scales", ".2,.5,1,2,5"], 1.483067),
    (["energy"], 0.091528)])
def test_kernels_from_flags(flags, value):
    kernel = kernel_of(resolve([*MMD_LOSS, "--kernel", *flags]))
    assert float(kernel(X, Y)[0, 0]) == pytest.approx(value, rel=2e-5, abs=1e-6)


def test_random_features_from_flags():
    flags = [*MMD_LOSS, "--kernel", "rks", "--kernel_gamma", "0.5", "--kernel_features"]
    wide = kernel_of(resolve([*flags, "200000"]))
    assert float(wide(X, Y)[0, 0]) == pytest.approx(0.05446, abs=0.01)
    few, other = (kernel_of(resolve([*flags, "4", "--seed", seed])) for seed in "01")
    assert abs(float(few(X, Y)[0, 0] - other(X, Y)[0, 0])) > 1e-3


def test_every_kernel_and_every_loss_is_made():
    for name in KERNELS:
        loss, penalty, scale = objective_of(resolve([*MMD_LOSS, "--kernel", name]), 3)
        assert isinstance(loss, MMD) and penalty is scale is None
    for name in LOSSES:
        assert type(objective_of(resolve([*GAN, "--loss", name]), 1)[0]) is LOSSES[name]


def test_terms_get_the_kernel_that_they_ask_for():
    config = resolve([*MMD_LOSS, "--kernel_gamma", "0.5", "--disc_penalty", "witness-gp",
                      "--gradient_scale", "smmd", "--asymmetry_weight", "16"])
    loss, penalty, scale = objective_of(config, 3)
    assert loss.asymmetry_weight == 16
    for term in (penalty, scale):
        assert float(term.keywords["kernel"](X, Y)[0, 0]) == pytest.approx(0.054460642, rel=1e-4)
    loss, penalty, scale = objective_of(resolve([
        *GAN, "--disc_penalty", "wgan-gp", "--label_smoothing", "0.1"]), 1)
    assert isinstance(loss, NonSaturating) and loss.label_smoothing == 0.1
    assert penalty is gradient_penalty


@pytest.mark.parametrize("flags, bound", [
    (["--loss", "wgan"], 0.01), (["--loss", "wgan", "--clip", "0.05"], 0.05),
    (["--loss", "wgan", "--clip", "0"], 0.0), (["--loss", "hinge"], 0.0),
    (["--loss", "wgan", "--disc_penalty", "wgan-gp"], 0.0),
    (["--loss", "wgan", "--gradient_scale", "swgan"], 0.0),
    (["--loss", "wgan", "--discriminator_norm", "spectral"], 0.0)])
def test_a_wgan_that_nothing_else_bounds_is_clipped(flags, bound):
    config = resolve([*GAN, *flags])
    assert clip_bound(config.training.clip, config.loss, config.nets) == bound
