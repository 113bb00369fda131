"""An option that is given and means nothing is refused, whatever the option and the kind."""

import pytest

from config import presets
from config.kinds import KINDS
from config.options import BY_NAME, OPTIONS
from config.resolve import from_values, resolve
from framework.errors import UserError
from losses.adversarial import LOSSES

DATA = {name: "glyph" if kind.many == 1 else "glyph2edge" for name, kind in KINDS.items()}
# What the kind of training must be given besides: its terms, or the one loss that it has.
NEEDED = {"mmd_gan": {"loss": "mmd"}, "gmmn": {"loss": "mmd"},
          "style_vae": {"content_weight": 1.0, "style_weight": 1.0}}


def other_value(option):
    """A valid value of an option that is not its default."""
    if option.type is bool:
        return not option.default
    if option.choices is not None:
        return next(name for name in option.choices if name != option.default)
    if option.type is str:
        return {"devices": "all", "monitor": "kid", "kernel_scales": "1,2"}.get(option.name, "x")
    return option.type(option.high if option.default != option.high and option.high is not None
                       else option.default + 1)


PAIRS = [(kind, option.name) for kind in KINDS for option in OPTIONS
         if option.name not in ("gan_type", "preset", "config", "run", "dataset", "domains")]


@pytest.mark.parametrize("kind, name", PAIRS)
def test_every_option_serves_a_kind_or_is_refused_by_name(kind, name):
    values = {"gan_type": kind, "dataset": DATA[kind], "preset": "none", **NEEDED.get(kind, {})}
    option = BY_NAME[name]
    base = {o.name: o.default for o in OPTIONS} | KINDS[kind].defaults | values
    given = {name: other_value(option)}
    if option.unmet(base | given):
        with pytest.raises(UserError, match=f"^{name} .*belongs to .*; here "):
            from_values(values | given)
    else:
        try:
            assert from_values(values | given).values()[name] == given[name]
        except UserError as error:          # it means something, and this value is not possible
            assert " belongs to " not in str(error)


@pytest.mark.parametrize("argv, name", [
    (["--gan_type", "classifier", "--loss", "hinge"], "loss"),
    (["--gan_type", "classifier", "--discriminator_steps", "5"], "discriminator_steps"),
    (["--gan_type", "classifier", "--generator", "face128"], "generator"),
    (["--gan_type", "classifier", "--lr_g", "0.1"], "lr_g"),
    (["--gan_type", "classifier", "--balance_weight", "1"], "balance_weight"),
    (["--gan_type", "gan", "--preset", "none", "--penalty_weight", "3"], "penalty_weight"),
    (["--gan_type", "gan", "--preset", "none", "--penalty_weight", "10"], "penalty_weight"),
    (["--gan_type", "gan", "--cycle_norm", "l2"], "cycle_norm"),
    (["--gan_type", "gan", "--cycle_norm", "l1"], "cycle_norm"),
    (["--gan_type", "gan", "--classifier", "B.1"], "classifier"),
    (["--optimizer", "rmsprop", "--beta_1", "0.9"], "beta_1"),
    (["--feature_weight", "1", "--feature_rows", "2", "--feature_layers", "2"], "feature_layers"),
    (["--gan_type", "gmmn", "--balance_weight", "1"], "balance_weight"),
    (["--gan_type", "style_vae", "--lr_g", "1e-3", "--dataset", "glyph2edge"], "lr_g"),
    (["--dataset", "glyph2edge", "--lr", "1e-3"], "lr"),
])
def test_what_was_swallowed_once_is_refused(argv, name):
    with pytest.raises(UserError, match=f"^{name} belongs to "):
        resolve(argv)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("pick", [
    ["--gan_type", "gan"], ["--gan_type", "cogan"], ["--gan_type", "scogan"],
    ["--dataset", "glyph2edge"], ["--preset", "5.2-mnist2svhn-slfr"], ["--preset", "demo"]])
def test_any_loss_goes_with_any_coupling(loss, pick, capsys):
    """A preset's penalty or smoothing that the loss leaves without a meaning is dropped."""
    config = resolve([*pick, "--loss", loss])
    assert config.loss.loss == loss
    assert config.loss.disc_penalty == "none" or loss != "mmd"
    assert not config.loss.label_smoothing or loss == "nonsaturating"
    said = capsys.readouterr().out
    values = presets.load_preset(config.experiment.preset).values
    if values.get("label_smoothing") and loss != "nonsaturating":
        assert said.startswith(f"preset {config.experiment.preset}: ")
        assert "label_smoothing left out" in said


@pytest.mark.parametrize("name", presets.names())
def test_a_preset_gives_nothing_without_a_meaning(name, capsys):
    from_values({"preset": name})
    assert capsys.readouterr().out == ""


def test_what_turns_an_option_off_is_no_contradiction():
    off = resolve(["--gan_type", "gan", "--feature_weight", "0", "--disc_penalty", "none"])
    assert off.coupling.feature_weight == 0
