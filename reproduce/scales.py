"""Scales of reproduction: the options that replace those of the presets, to save computation."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from config import presets
from config.applicable import meaningless
from config.options import BY_NAME
from framework.registry import Registry

REPRODUCTION_SCALES = Registry("scale", package="reproduce")


class Scale(NamedTuple):
    """about: its description. pairs: how many are measured; 0: as many as in the document.
    options: a function from a preset's values to the options that replace some of them."""

    about: str
    pairs: int
    options: Callable[[dict[str, Any]], dict[str, Any]]


# Small nets at batch 32: the settings of the presets demo and quick-mnist2svhn, for a few
# minutes. All rows, also the CoGAN's, have the term that draws every class as often as the data:
# without it the non-saturating loss drew one shape for every z.
QUICK_DIGIT_OPTIONS = {
    "generator": "quick", "discriminator": "quick", "initializer": "table", "classifier": "quick",
    "batch_size": 32, "latent_dim": 64, "loss": "nonsaturating", "disc_penalty": "none",
    "discriminator_steps": 1, "lr_g": 1e-3, "lr_d": 5e-4, "beta_1": 0.5, "beta_2": 0.99,
    "ema": 0.995,
    "instance_noise": 0.1, "label_smoothing": 0.1, "iterations": 2000, "coupling_warmup": 1200,
    "balance_weight": 12.0, "classifier_noise": 1.0, "classifier_epochs": 0,
}
# The preset quick-horse2zebra without its terms. What a table is about stays: the loss, and which
# images are twice as high as the others (256 and 128 become 128 and 64).
QUICK_PHOTO_OPTIONS = {
    "upsampling": "resize", "width": 0.25, "classifier": "quick", "classifier_epochs": 0,
    "batch_size": 8, "ema": 0.99, "iterations": 1500, "coupling_warmup": 500,
}
QUICK_PHOTO_SIZES = {
    128: {"image_size": 64, "generator": "residual64", "discriminator": "dcgan64"},
    256: {"image_size": 128, "generator": "residual128", "discriminator": "residual128"},
}
QUICK_PHOTO_NONSATURATING = {
    "discriminator_norm": "table", "instance_noise": 0.1, "label_smoothing": 0.1, "lr_g": 1e-3,
    "lr_d": 3e-4, "beta_1": 0.5, "beta_2": 0.99,
}
QUICK_PHOTO_WGAN_GP = {"lr_g": 5e-4, "lr_d": 5e-4}
SAVING_INTERVALS = {"sample_every": 500, "checkpoint_every": 500}
# The options for presets that have the term.
OPTIONS_BY_TERM = {
    "feature_weight": {"feature_weight": 60.0, "feature_rows": "2,3,4"},
    "semantic_weight": {"semantic_weight": 12.0, "semantic_on": "kl"},
    "content_weight": {"content_weight": 1.0, "content_layers": "block3_conv1",
                       "balance_perceptual": 0.3},
    "style_weight": {"style_weight": 1.0, "style_on": "batch",
                     "style_layers": "block1_conv1,block2_conv1,block3_conv1"},
}


def _quick_digit(values: dict) -> dict:
    # All rows but the image's, as 4 of the table's 5 transposed convolutions and its dense row are.
    shared = {"shared_generator": 3} if values["shared_generator"] > 3 else {}
    return QUICK_DIGIT_OPTIONS | shared


def _quick_photo(values: dict) -> dict:
    loss = QUICK_PHOTO_NONSATURATING if values["loss"] == "nonsaturating" else QUICK_PHOTO_WGAN_GP
    # The face discriminators' rows from 128 filters on are the last four of these.
    shared = {"shared_discriminator": 4} if values["shared_discriminator"] > 0 else {}
    return QUICK_PHOTO_OPTIONS | QUICK_PHOTO_SIZES[values["image_size"]] | loss | shared


def _quick(values: dict) -> dict:
    digits = values["dataset"].startswith("mnist")
    base = _quick_digit(values) if digits else _quick_photo(values)
    terms = [options for term, options in OPTIONS_BY_TERM.items() if values.get(term)]
    return {name: value for options in (base, SAVING_INTERVALS, *terms)
            for name, value in options.items()}


def _reduced(values: dict) -> dict:
    return {"width": 0.25, "batch_size": 32, "iterations": values["iterations"] // 5}


REPRODUCTION_SCALES.register("quick", Scale(
    "small nets, a table in about half an hour on two cores", 2000, _quick))
REPRODUCTION_SCALES.register("reduced", Scale(
    "a quarter of the width and of the batch, a fifth of the iterations", 10_000, _reduced))
REPRODUCTION_SCALES.register("full", Scale("the presets as they are", 0, lambda values: {}))


def options_over(preset: str, scale: str) -> dict[str, Any]:
    """Returns the options of `scale` that replace those of `preset`, without equal ones and those
    that do not apply to it."""
    own = {name: option.default for name, option in BY_NAME.items()}
    own |= presets.load_preset(preset).values
    options = REPRODUCTION_SCALES.find(scale).options(own)
    silent = meaningless(own | options, options)
    return {name: value for name, value in options.items()
            if name not in silent and value != own[name]}


def describe_differences(preset: str, options: Mapping[str, Any]) -> str:
    """Describes how `options` differ from the preset, the size of the computation first."""
    values = presets.load_preset(preset).values
    shown = ("generator", "width", "image_size", "batch_size", "iterations", "loss",
             "content_layers")
    return ", ".join(f"{name} {options[name]} for {values.get(name, BY_NAME[name].default)}"
                     for name in shown if name in options)
