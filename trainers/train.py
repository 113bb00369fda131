"""`main.py` without a command: from resolved options to a finished run folder."""

import json

from config.run import Run
from data.batches import prefetch
from framework.cluster import worker
from framework.devices import raise_on_lost_worker, slow_here, strategy_for
from framework.files import write_text
from trainers.domains import describe
from trainers.kinds import TRAINERS
from trainers.loop import fit
from trainers.monitors import monitor_for


def main(config, domains) -> None:
    """Trains what `config` asks for on `domains`, or goes on with the run in its folder.

    Raises UserError where options, data, devices and folder do not fit, before anything is
    created, and Interrupted where another process that trains the same run is gone.
    """
    strategy, here = strategy_for(config), worker()
    if strategy:
        print(f"batches of {config.batch_size} are shared by {strategy.num_replicas_in_sync} "
              f"devices" + f"; worker {here.index + 1} of {here.workers}" * (here.workers > 1))
    run = Run.check(config.run, config)
    if remark := slow_here(config.precision):
        print(remark)
    for d in domains:
        print(f"{d.name}: {len(d)} of {' x '.join(map(str, d.images.shape[1:]))}")
    with raise_on_lost_worker():
        training = TRAINERS.find(config.gan_type)(config, domains)
        monitor = monitor_for(config, domains, training.trainer) if here.chief else None
        with run.create():
            if here.chief:
                describe(run.path, domains)
            done = fit(run, training.trainer,
                       lambda start, stop: prefetch(training.batches, start, stop),
                       config.iterations, picture=training.picture,
                       sample_every=config.sample_every,
                       checkpoint_every=config.checkpoint_every, log_every=config.log_every,
                       compile=config.compile, tensorboard=config.tensorboard, monitor=monitor,
                       monitor_every=config.monitor_every, strategy=strategy)
            if training.report and here.chief:
                write_text(run.metrics_json, json.dumps(training.report(), indent=2) + "\n")
    if here.chief:
        print(f"{run.path}: {done} iterations; pictures in samples/, curves in losses.png, nets in "
              f"models/; go on with: python main.py --run {run.path} --iterations "
              f"{max(config.iterations, 2 * done if done == config.iterations else 0)}")
