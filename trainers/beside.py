"""What stands beside the bar of a training: of many terms the few that say how it goes."""

from statistics import fmean

from framework.history import MONITOR_PREFIX

WEIGHTED_PREFIX = "weighted/"   # how the terms begin that are couplings as they enter the loss
PLAYERS = ("d", "g")
MOST_TERMS = 2                  # of a training without players


def beside(terms: dict[str, float]) -> str:
    """The newest terms in one line: of each player the mean over its domains, the sum of the
    weighted couplings, and each monitor as its mean over the domains. A training without players
    shows the first MOST_TERMS of its terms."""
    plain = _means({name: value for name, value in terms.items()
                    if not name.startswith((MONITOR_PREFIX, WEIGHTED_PREFIX))})
    weighted = [value for name, value in terms.items() if name.startswith(WEIGHTED_PREFIX)]
    monitored = _means({name.removeprefix(MONITOR_PREFIX): value
                        for name, value in terms.items() if name.startswith(MONITOR_PREFIX)})
    players = [name for name in PLAYERS if name in plain]
    shown = {name: plain[name] for name in players or list(plain)[:MOST_TERMS]}
    if players and weighted:
        shown["couplings"] = sum(weighted)
    return ", ".join(f"{name} {value:.3g}" for name, value in (shown | monitored).items())


def _means(terms):
    """The mean over the domains of each kind of term, whose names are `kind/domain` or `kind`."""
    kinds: dict[str, list[float]] = {}
    for name, value in terms.items():
        kinds.setdefault(name.partition("/")[0], []).append(value)
    return {kind: fmean(values) for kind, values in kinds.items()}
