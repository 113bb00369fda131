"""`main.py evaluate RUN`: what a trained run is worth, as figures."""

import json
from functools import partial
from pathlib import Path

import numpy as np

from framework.config import load_config
from framework.errors import UserError
from framework.files import write_text
from metrics.agreement import (
    PRESENT,
    attribute_agreement,
    attribute_shares,
    class_shares,
    classes_present,
    pair_agreement,
)
from trainers import classify
from trainers.classifier import read, trained_once
from trainers.domains import load_domains
from trainers.restore import Sampler

JUDGE_SEED = 1000


def agreement_report(sampler: Sampler, samples: int, seed: int) -> dict:
    """Pair agreement as an independent judge reads the images: a classifier of the run's
    domains that had no part in training it, from a seed of its own."""
    config, judge_seed = sampler.config, JUDGE_SEED + sampler.config.seed
    domains, held_out = load_domains(config), load_domains(config, "test")
    judge, accuracies = trained_once(domains, held_out, seed=judge_seed)
    images = sampler(samples, seed)
    attributes = domains[0].attributes
    figures = (by_attribute(partial(read, judge), images, sampler.domains, attributes)
               if attributes else by_class(partial(read, judge), images, sampler.domains))
    return {**figures, "judge": {"accuracy_on_held_out": accuracies, "seed": judge_seed},
            "samples": samples, "seed": seed}


def by_class(judge, images, domains) -> dict:
    """Pair agreement and the classes that every domain draws."""
    shares = class_shares(judge, images)
    return {"pair_agreement": pair_agreement(judge, images),
            "classes_present": classes_present(shares), "classes": int(shares.shape[1]),
            "present_from_share": PRESENT,
            "class_shares": dict(zip(domains, np.round(shares, 4).tolist(), strict=True))}


def by_attribute(judge, images, domains, attributes) -> dict:
    """Agreement in each attribute, as pair agreement their mean, and how often each is drawn."""
    alike, shares = attribute_agreement(judge, images), attribute_shares(judge, images)

    def named(values):
        return dict(zip(attributes, np.round(values, 4).tolist(), strict=True))
    return {"pair_agreement": float(np.mean(alike)), "agreement_by_attribute": named(alike),
            "attribute_shares": dict(zip(domains, map(named, shares), strict=True))}


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
    shown = (f"{report['classes_present']} of {report['classes']} classes in every domain (each "
             f"at least {100 * PRESENT:.0f} % of its images)" if "classes" in report else
             f"mean over {', '.join(report['agreement_by_attribute'])}")
    print(f"pair agreement {report['pair_agreement']:.3f}; {shown}; {samples} pairs, seed {seed}; "
          f"kept in {path}")


def keep(path: Path, report: dict) -> None:
    """Writes the figures to `path`."""
    write_text(path, json.dumps(report, indent=2) + "\n")
