"""No number of an option is NaN or infinite, whatever its range."""

import pytest

from commands.registry import COMMANDS
from config.options import BY_NAME
from framework.errors import UserError
from framework.options import Option

FLOATS = sorted(name for name, option in BY_NAME.items() if option.type is float)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "NaN", "1e999"])
@pytest.mark.parametrize("limits", [{}, {"low": 0}, {"low": 0, "high": 1}, {"high": 3}])
def test_a_number_is_finite(text, limits):
    with pytest.raises(UserError, match="x must be a finite number, not"):
        Option("x", float, 0.0, "", **limits).parse(text)


@pytest.mark.parametrize("name", FLOATS)
def test_every_option_of_training_is_finite(name):
    with pytest.raises(UserError, match="finite"):
        BY_NAME[name].parse("nan")


def test_the_share_of_content_is_a_share():
    COMMANDS.find("stylize")
    (share,) = (o for o in COMMANDS.options["stylize"] if o.name == "content_share")
    with pytest.raises(UserError, match="content_share must be from 0 to 1, not 2"):
        share.parse("2")
