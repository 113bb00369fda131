"""Drifting models (Deng et al. 2026, arXiv 2602.04770): moment matching's heir."""

from collections.abc import Sequence

from config.sections import Config
from data.domain import Domain
from losses.drift import Drift
from losses.kernels import parse_scales
from trainers.gmmn import without_critics
from trainers.kinds import TRAINERS, Training


@TRAINERS.register("drift")
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """Generators whose images drift towards their domain's data and away from each other.

    No critic and one pass of the generators per iteration. The distances are those of pixels,
    with the label's channels where nets are conditional. A batch of B takes B x 2 B numbers per
    tau.
    """
    taus = parse_scales(config.loss.drift_tau, "drift_tau")
    return without_critics(config, domains, Drift(taus))
