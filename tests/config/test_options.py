"""Every option checks its own type, choices and range."""

import pytest

from config.options import BY_NAME, GROUPS, OPTIONS, Option, checked
from framework.errors import UserError
from losses.adversarial import LOSSES
from penalties.gradient import PENALTIES

BOUNDED = [(o, bound, outward) for o in OPTIONS if o.type in (int, float)
           for bound, outward in ((o.low, -1), (o.high, 1)) if bound is not None]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda o: o.name)
def test_every_default_is_valid(option):
    if option.default != "":
        assert option.check(option.default) == option.default
    assert option.group in GROUPS
    assert option.help


def test_names_are_unique():
    assert len(BY_NAME) == len(OPTIONS)


@pytest.mark.parametrize("option, bound, outward", BOUNDED)
def test_bounds_are_inclusive_and_end_there(option, bound, outward):
    beyond = bound + outward if option.type is int else bound + outward * 1e-3
    assert option.check(option.type(bound)) == bound
    with pytest.raises(UserError, match=f"{option.name} must be"):
        option.check(option.type(beyond))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_are_finite(value):
    with pytest.raises(UserError, match="penalty_weight"):
        BY_NAME["penalty_weight"].check(value)


@pytest.mark.parametrize("name, value", [
    ("batch_size", "32"), ("batch_size", 32.0), ("batch_size", True), ("lr_g", "fast"),
    ("lr_g", False), ("tensorboard", 1), ("tensorboard", "yes"), ("loss", 3), ("loss", None)])
def test_values_of_another_type_are_refused(name, value):
    with pytest.raises(UserError, match=f"{name} must be"):
        BY_NAME[name].check(value)


def test_a_whole_number_is_a_number():
    value = BY_NAME["feature_weight"].check(10)
    assert value == 10.0 and type(value) is float


@pytest.mark.parametrize("name, text, value", [
    ("batch_size", "64", 64), ("lr_g", "5e-4", 5e-4), ("latent", "normal", "normal")])
def test_text_of_the_command_line(name, text, value):
    assert BY_NAME[name].parse(text) == value


@pytest.mark.parametrize("name, text", [("batch_size", "1.5"), ("seed", "x"), ("lr_g", "1,0")])
def test_text_that_is_no_number(name, text):
    with pytest.raises(UserError, match=f"{name} must be .*{text}"):
        BY_NAME[name].parse(text)


def test_choices_are_the_registries():
    assert set(BY_NAME["loss"].choices) == set(LOSSES)
    assert set(BY_NAME["disc_penalty"].choices) == {"none", *PENALTIES}


def test_a_wrong_choice_names_the_nearest():
    with pytest.raises(UserError, match="unknown loss 'hing'; did you mean 'hinge'"):
        BY_NAME["loss"].check("hing")


def test_a_table_of_values_is_checked_and_says_where_it_is_from():
    assert checked({"seed": 3, "lr_d": 1}, "here") == {"seed": 3, "lr_d": 1.0}
    with pytest.raises(UserError, match="here: unknown option 'lr_e'; did you mean 'lr"):
        checked({"lr_e": 1.0}, "here")
    with pytest.raises(UserError, match="here: seed must be from 0"):
        checked({"seed": -1}, "here")


def test_an_option_without_bounds_takes_any_number():
    option = Option("x", float, 0.0, "any")
    assert option.check(-1e30) == -1e30
