"""`main.py evaluate RUN`: what a trained run is worth, as figures."""

import json
from pathlib import Path

import numpy as np

from framework.config import load_config
from framework.errors import UserError
from framework.files import write_text
from metrics.agreement import PRESENT, class_shares, classes_present, pair_agreement
from trainers import classify
from trainers.classifier import read, trained_once
from trainers.domains import load_domains
from trainers.restore import Sampler

JUDGE_SEED = 1000


def judge_for(config):
    """A classifier of the run's domains that had no part in training the run: its own seed."""
    domains, held_out = load_domains(config), load_domains(config, "test")
    return trained_once(domains, held_out, seed=JUDGE_SEED + config.seed)


def agreement_report(sampler: Sampler, samples: int, seed: int) -> dict:
    """Pair agreement and the classes that every domain draws, read by an independent judge."""
    judge, accuracies = judge_for(sampler.config)
    images = sampler(samples, seed)
    shares = class_shares(lambda x: read(judge, x), images)
    return {
        "pair_agreement": pair_agreement(lambda x: read(judge, x), images),
        "classes_present": classes_present(shares), "classes": int(shares.shape[1]),
        "present_from_share": PRESENT,
        "class_shares": dict(zip(sampler.domains, np.round(shares, 4).tolist(), strict=True)),
        "judge": {"accuracy_on_held_out": accuracies, "seed": JUDGE_SEED + sampler.config.seed},
        "samples": samples, "seed": seed,
    }


def main(run, *, samples=2000, seed=1) -> None:
    """Evaluates the newest checkpoint of `run`; prints the figures and keeps metrics.json.

    A classifier is measured on its held-out images. Raises UserError where a run of generators
    has a single domain, since there is no pair to agree.
    """
    path, config = Path(run) / "metrics.json", load_config(run)
    if config.gan_type == "classifier":
        return keep(path, classify.evaluate(run, config))
    sampler = Sampler(run)
    if len(sampler.domains) < 2:
        raise UserError(f"{run} has one domain; pair agreement needs two or more")
    report = agreement_report(sampler, samples, seed)
    keep(path, report)
    print(f"pair agreement {report['pair_agreement']:.3f}; {report['classes_present']} of "
          f"{report['classes']} classes in every domain (each at least {100 * PRESENT:.0f} % of "
          f"its images); {samples} pairs, seed {seed}; kept in {path}")


def keep(path: Path, report: dict) -> None:
    """Writes the figures to `path`."""
    write_text(path, json.dumps(report, indent=2) + "\n")
