"""`main.py` without a command: from resolved options to a finished run folder."""

import json

from data.batches import prefetched
from framework.files import write_text
from framework.run import Run
from trainers import (  # noqa: F401  (they register their gan_types)
    classify,
    coupled,
    gmmn,
    inverse,
    style_vae,
)
from trainers.base import fit
from trainers.domains import describe
from trainers.monitors import monitor_for
from trainers.registry import TRAINERS


def main(config, domains) -> None:
    """Trains what `config` asks for on `domains`, or goes on with the run in its folder.

    Raises UserError where options, data and folder do not fit, before anything is created.
    """
    run = Run.check(config.run, config)
    for d in domains:
        print(f"{d.name}: {len(d)} of {' x '.join(map(str, d.images.shape[1:]))}")
    training = TRAINERS.find(config.gan_type)(config, domains)
    monitor = monitor_for(config, domains, training.trainer)
    with run.create():
        describe(run.path, domains)
        done = fit(run, training.trainer,
                   lambda start, stop: prefetched(training.batches, start, stop),
                   config.iterations, picture=training.picture,
                   sample_every=config.sample_every, checkpoint_every=config.checkpoint_every,
                   log_every=config.log_every, compile=config.compile,
                   tensorboard=config.tensorboard, monitor=monitor,
                   monitor_every=config.monitor_every)
        if training.report:
            write_text(run.metrics_json, json.dumps(training.report(), indent=2) + "\n")
    print(f"{run.path}: {done} iterations; pictures in samples/, curves in losses.png, nets in "
          f"models/; go on with: python main.py --run {run.path} --iterations "
          f"{max(config.iterations, 2 * done if done == config.iterations else 0)}")
