"""`main.py` without a command: from resolved options to a finished run folder."""

import json
import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import tensorflow as tf

from config.content import content_of
from config.run import Run, newest_checkpoint
from config.sections import Config
from data.batches import prefetch
from data.domain import Domain
from data.remarks import few_images
from data.repeated import described
from framework.cluster import worker
from framework.devices import raise_on_lost_worker, slow_here, strategy_for
from framework.files import write_text
from trainers.classifier import untrained_classifier
from trainers.domains import named_as_before, write_description
from trainers.kinds import TRAINERS, Page
from trainers.loop import fit
from trainers.monitors import monitor_for
from trainers.parent import parent_config, start_as
from trainers.precision import for_this_machine
from trainers.pseudo import learned_domains


def main(config: Config, domains: Sequence[Domain],
         page_for: Callable[[Path], Page] | None = None) -> None:
    """Trains what `config` asks for on `domains`, or goes on with the run in its folder.

    page_for: gives the page of a run's folder, and of its parent's; None for no page.
    Raises UserError where options, data, devices and folder do not fit, before anything is
    created, and Interrupted where another process that trains the same run is gone.
    """
    config = for_this_machine(config)
    iterations, batch_size = config.training.iterations, config.training.batch_size
    strategy, here = strategy_for(config.device, batch_size), worker()
    if strategy:
        print(f"batches of {batch_size} are shared by {strategy.num_replicas_in_sync} "
              f"devices" + f"; worker {here.index + 1} of {here.workers}" * (here.workers > 1))
    if remark := slow_here(config.device.precision):
        print(remark)
    done = train(config, domains, strategy, page_for)
    if here.chief and done:
        place, more = shlex.quote(config.experiment.run), 2 * done if done == iterations else 0
        shown = f"open {config.experiment.run}/report.html; " if page_for else ""
        print(f"{config.experiment.run}: {done} iterations; {shown}pictures in samples/, curves in "
              f"losses.png, nets in models/; go on with: python main.py --run {place} "
              f"--iterations {max(iterations, more)}")


def train(config: Config, domains: Sequence[Domain],
          strategy: tf.distribute.Strategy | None,
          page_for: Callable[[Path], Page] | None = None) -> int:
    """The run of `config` until its iterations are done, after its parent's where it trains one;
    returns how many are done."""
    run, here, nets = Run.check(config.experiment.run, config), worker(), config.nets
    content, domains = content_of(config, domains), named_as_before(run.path, domains)
    run.check_content(content)
    print(*described(domains), sep="\n")
    data = config.data
    if line := few_images(domains, data.dataset or data.domains, data.data_dir, data.limit_data):
        print(line)
    learned = learned_domains(config, domains)
    begins = not newest_checkpoint(run.path)
    with raise_on_lost_worker(), ExitStack() as kept:
        def create():
            kept.enter_context(run.create(content))
            if here.chief:
                write_description(run.path, learned)

        parent = nets.parent if begins else ""
        if begins and nets.parent_iterations:
            # A mistake in the nets shows before the folder is made; a classifier is trained
            # after the parent, which needs none, so that pictures come soon.
            with untrained_classifier(config, learned) as standing:
                TRAINERS.find(config.experiment.gan_type)(standing, learned)
            create()
            parent = _trained_parent(config, learned, strategy, page_for)
            if not parent:
                return 0
        training = TRAINERS.find(config.experiment.gan_type)(config, learned)
        monitor = monitor_for(config, domains, training.trainer) if here.chief else None
        if parent:
            start_as(training.trainer, parent, config)
        if not (begins and nets.parent_iterations):
            create()
        page = page_for(run.path) if page_for and here.chief else None
        done = fit(run, training.trainer,
                   lambda start, stop: prefetch(training.batches, start, stop),
                   config.training.iterations, picture=training.picture,
                   output=config.output, compile=config.device.compile, monitor=monitor,
                   strategy=strategy, page=page)
        if training.report and here.chief:
            write_text(run.metrics_json, json.dumps(training.report(), indent=2) + "\n")
            if page:
                page.write(now=True)
    return done


def _trained_parent(config: Config, learned: Sequence[Domain],
                    strategy: tf.distribute.Strategy | None,
                    page_for: Callable[[Path], Page] | None) -> str:
    """Trains the parent of the run, and returns its folder; "" where it was stopped."""
    nets, run = config.nets, config.experiment.run
    parent = parent_config(config, learned[0].images.shape[1:])
    print(f"the parent first, {nets.parent_iterations} iterations in {parent.experiment.run}")
    some = learned[:1] if nets.parent_type == "gan" else learned
    done = train(parent, some, strategy, page_for)
    if done >= nets.parent_iterations:
        return parent.experiment.run
    if worker().chief:
        print(f"{run}: its parent has {done} of {nets.parent_iterations} iterations; go on with: "
              f"python main.py --run {shlex.quote(run)}")
    return ""
