"""The options of all commands beside each other."""

import pytest

from commands.registry import COMMANDS

OPTIONS = {command: COMMANDS.options[command] for command in COMMANDS}
NAMES = sorted({option.name for options in OPTIONS.values() for option in options})


def meanings(name):
    """The option `name`, by command."""
    return {command: option for command, options in OPTIONS.items()
            for option in options if option.name == name}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_one_type_in_all_commands(name):
    found = meanings(name)
    assert len({option.type for option in found.values()}) == 1, found


def test_a_share_of_1_and_a_weight_of_any_size_have_two_names():
    assert set(meanings("content_weight")) == {"train"}
    assert set(meanings("content_share")) == {"stylize"}


def test_samples_are_of_a_measurement_and_styles_are_not():
    assert set(meanings("samples")) == {"evaluate"}
    assert set(meanings("random_styles")) == {"stylize"}
