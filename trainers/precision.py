"""The precision that a run computes in on this machine."""

from config.sections import Config
from framework.devices import computed_in


def for_this_machine(config: Config) -> Config:
    """`config` with the precision that nets compute in here; says in one line where that is not
    the one asked for (`framework.devices.computed_in`)."""
    asked = config.device.precision
    here = computed_in(asked, config.device.force_precision)
    if here == asked:
        return config
    print(f"{here} in place of {asked}: this processor has no instructions for that and would be "
          "slower; --force_precision takes it all the same")
    return config.with_options(precision=here)
