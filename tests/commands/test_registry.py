"""The options of all commands beside each other."""

import pytest

from commands.registry import COMMANDS
from framework.errors import UserError

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
    assert set(meanings("content_weight")) == {"train", "explain"}
    assert set(meanings("content_share")) == {"stylize"}


def test_samples_are_of_a_measurement_and_styles_are_not():
    assert set(meanings("samples")) == {"evaluate", "reproduce"}
    assert set(meanings("random_styles")) == {"stylize"}


@pytest.mark.parametrize("command", OPTIONS)
def test_every_number_has_its_bounds(command):
    """What no machine can serve is refused in one line, not tried."""
    numbers = [option for option in OPTIONS[command] if option.type is int]
    assert [o.name for o in numbers if o.low is None or o.high is None] == []


@pytest.mark.parametrize("command", OPTIONS)
@pytest.mark.parametrize("value", [10**30, -10**30, 10**400, -10**400])
def test_a_huge_number_is_one_short_line(command, value):
    for option in OPTIONS[command]:
        if option.type is int or option.type is float and abs(value) > 10**300:
            with pytest.raises(UserError) as found:
                option.check(value)
            assert option.name in str(found.value) and len(str(found.value)) < 200
            with pytest.raises(UserError) as found:
                option.parse(f"{'-' * (value < 0)}{'9' * 5000}")
            assert len(str(found.value)) < 200


def test_a_name_with_a_null_character_is_refused():
    option = next(o for o in OPTIONS["train"] if o.name == "run")
    with pytest.raises(UserError, match="a character that no name has"):
        option.check("a\0b")
