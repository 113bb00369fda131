"""What each scale puts over the presets."""

import pytest

from config import presets
from config.resolve import resolve
from reproduce.runs import command_line_flags
from reproduce.scales import REPRODUCTION_SCALES, describe_differences, options_over
from reproduce.tables import TABLES

ROWS = sorted({row.preset for table in TABLES.values() for row in table.rows})
DIGITS = [name for name in ROWS if "mnist" in name]


def seen_by(preset):
    """Random weights for the VGG of rows that have one."""
    values = presets.load_preset(preset).values
    perceptual = values.get("content_weight") or values.get("style_weight")
    return {"vgg_weights": "random"} if perceptual else {}


@pytest.mark.parametrize("scale", REPRODUCTION_SCALES)
@pytest.mark.parametrize("preset", ROWS)
def test_the_options_fit_each_other_and_keep_the_rows_couplings(preset, scale):
    words = command_line_flags(options_over(preset, scale) | seen_by(preset))
    config, values = resolve(["--preset", preset, *words]), presets.load_preset(preset).values
    for weight in ("feature_weight", "semantic_weight", "cycle_weight", "content_weight",
                   "style_weight"):
        assert (config.values()[weight] > 0) == (values.get(weight, 0) > 0)
    assert config.experiment.gan_type == values["gan_type"]
    assert config.data.dataset == values["dataset"]


@pytest.mark.parametrize("preset", ROWS)
def test_full_is_the_preset(preset):
    assert options_over(preset, "full") == {} and describe_differences(preset, {}) == ""


def test_quick_rows_of_digits_differ_in_their_couplings_alone():
    couplings = {"gan_type", "feature_weight", "semantic_weight", "semantic_on", "cycle_weight",
                 "content_weight", "style_weight", "content_layers", "style_layers", "style_on",
                 "balance_perceptual", "vgg_weights", "dataset", "preset", "feature_rows",
                 "shared_generator", "classifier_domains"}
    made = [resolve(["--preset", name, *command_line_flags(
        options_over(name, "quick") | seen_by(name))]).stored() for name in DIGITS]
    rest = [{k: v for k, v in values.items() if k not in couplings} for values in made]
    assert all(values == rest[0] for values in rest)
    assert rest[0]["balance_weight"] == 12 and rest[0]["iterations"] == 2000


def test_reduced():
    made = options_over("5.2-mnist2svhn-slfr", "reduced")
    assert made == {"width": 0.25, "batch_size": 32, "iterations": 5000}
    assert describe_differences("5.2-mnist2svhn-slfr", made) == (
        "width 0.25 for 1.0, batch_size 32 for 128, iterations 5000 for 25000")


def test_quick_photographs_keep_the_loss_and_which_images_are_larger():
    made = {name: resolve(["--preset", name, *command_line_flags(options_over(name, "quick"))])
            for name in ROWS if name.startswith("3-") and "mnist" not in name}
    assert {name: (c.data.image_size, c.loss.loss, c.loss.disc_penalty)
            for name, c in made.items() if "horse" in name} == {
        "3-horse2zebra-256-cogan": (128, "nonsaturating", "none"),
        "3-horse2zebra-cogan": (64, "nonsaturating", "none"),
        "3-horse2zebra-cogan-wgangp": (64, "wgan", "wgan-gp")}
