"""Runs whose nets were never trained."""

import pytest

from tests.style.runs import PAIR, STYLE, kept
from trainers.inverse import net_for
from trainers.style_vae import stylist_for


@pytest.fixture(scope="module")
def inverse_run(tmp_path_factory):
    return kept(tmp_path_factory.mktemp("inverse"), ["--gan_type", "inverse_net", *PAIR,
                                                     "--width", "0.1"], net_for, "inverse")


@pytest.fixture(scope="module")
def style_run(tmp_path_factory):
    flags = [*STYLE, "--width", "0.1", "--latent_dim", "3"]
    return kept(tmp_path_factory.mktemp("vae"), flags,
                lambda config: list(stylist_for(config).nets.values()), "stylist")


@pytest.fixture(scope="module")
def plain_run(tmp_path_factory):
    return kept(tmp_path_factory.mktemp("plain"), [*STYLE, "--no_style_variance"],
                lambda config: list(stylist_for(config).nets.values()), "stylist")
