"""`main.py [train] [OPTION ...]`."""

from typing import Any

from commands.registry import COMMANDS
from config.options import OPTIONS
from config.presets import load_preset
from config.resolve import from_flags, load_config
from config.run import Run
from framework.cluster import worker
from framework.notice import announced
from framework.options import Option
from framework.quiet import import_tensorflow

DRY_RUN = Option("dry_run", bool, False, "say what the training would be and take, from a few "
                 "iterations of which nothing is kept")


@COMMANDS.register("train", options=(*OPTIONS, DRY_RUN))
def train(**given: Any) -> int | None:
    """Trains GANs on one domain of images, or on several whose images come in no pairs. The same
    command again continues its run.
    """
    dry = given.pop("dry_run", False)
    config = from_flags(given)
    with Run.check(config.experiment.run, config) as run:
        goes_on = run.exists
    if config.nets.parent and not goes_on:
        load_config(config.nets.parent)             # a mistake shows at once
    if config.experiment.preset and "preset" not in config.explicit and not goes_on:
        picked_for = config.data.dataset or config.data.domains
        its_own = load_preset(config.experiment.preset).values.get("dataset", picked_for)
        print(f"preset: {config.experiment.preset} (picked for {config.experiment.gan_type} on "
              f"{picked_for}{'' if its_own == picked_for else f'; its own is {its_own}'})")
    if config.device.devices != "one" or worker().workers > 1:
        import_tensorflow()
        from framework.devices import strategy_for
        # Before data that are pruned set TensorFlow to work.
        strategy_for(config.device, config.training.batch_size)
    from trainers.domains import load_domains
    with announced(f"reading {config.data.dataset or config.data.domains}"):
        domains = load_domains(config, prune=not dry)
    import_tensorflow(logged=True)
    if dry:
        from trainers import dry_run
        return dry_run.main(config, domains)
    from report.page import RunPage
    from trainers import train
    return train.main(config, domains, RunPage)
