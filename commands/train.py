"""`main.py [train] [OPTION ...]`."""

from commands.registry import COMMANDS
from config.options import OPTIONS
from config.resolve import from_flags
from config.run import Run
from framework.cluster import worker
from framework.quiet import quiet


@COMMANDS.register("train", options=OPTIONS)
def train(**given) -> int | None:
    """Trains generative adversarial networks on one domain (gan) or on pairs that were never seen
    together (cogan, scogan). The same command again continues its run.
    """
    config = from_flags(given)
    with Run.check(config.run, config) as run:
        goes_on = run.exists
    if config.preset and "preset" not in config.explicit and not goes_on:
        print(f"preset: {config.preset} (picked for {config.gan_type} on "
              f"{config.dataset or config.domains})")
    if config.devices != "one" or worker().workers > 1:
        with quiet():
            from framework.devices import strategy_for
        strategy_for(config)            # before data that are pruned set TensorFlow to work
    from trainers.domains import load_domains
    domains = load_domains(config)
    with quiet():
        from trainers import train
    return train.main(config, domains)
