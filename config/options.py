"""Every option once: its name, type, default, range and what it does.

The command line, the presets, the configuration files and the stored `config.json` of a run
all speak in these names. Choices that come from registries are read from the registries.
"""

import math
from collections.abc import Collection
from typing import Any, NamedTuple

from framework.errors import UserError, unknown
from losses.adversarial import LOSSES
from losses.kernels import KERNELS
from metrics.choice import MONITORS
from nets.architectures import CLASSIFIERS, DISCRIMINATORS, GENERATORS, SPECTRAL
from nets.vgg import BLOCKS
from penalties.gradient import PENALTIES, SCALES

GROUPS = {
    "run": "which experiment, and where it is kept",
    "data": "what it learns from",
    "training": "the iteration and its optimizers",
    "loss": "what critic and generator minimise",
    "nets": "tables of layers, and what the domains share",
    "coupling": "what makes pairs; a term is on when its weight is positive",
    "style": "style transfer; its terms content and style and VGG are among the couplings",
    "output": "what is drawn and kept while training; may change when a run is continued",
    "device": "how it is computed; may change when a run is continued",
}
GANS = ("gan", "cogan", "scogan", "mmd_gan", "gmmn")       # what has generators
TYPES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


class Option(NamedTuple):
    """One option: `choices` is a collection of valid names, `low` and `high` are inclusive."""

    name: str
    type: type
    default: Any
    help: str
    choices: Collection[str] | None = None
    low: float | None = None
    high: float | None = None
    group: str = "run"

    def check(self, value):
        """`value` as this option's type. Raises UserError if it is of another type, not one
        of the choices or out of range."""
        if self.type is float and type(value) is int:
            value = float(value)
        if type(value) is not self.type:
            raise UserError(f"{self.name} must be {TYPES[self.type]}, not {value!r}")
        if self.choices is not None and value not in self.choices:
            raise unknown(self.name, value, self.choices)
        if self.type in (int, float):
            self._check_range(value)
        return value

    def parse(self, text: str):
        """The value written as `text` on the command line; raises UserError as `check`."""
        try:
            return self.check(self.type(text))
        except ValueError:
            raise UserError(f"{self.name} must be {TYPES[self.type]}, not {text!r}") from None

    def _check_range(self, value):
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        if not (low <= value <= high and math.isfinite(value)):
            limits = f"at least {low}" if high == math.inf else f"from {low} to {high}"
            raise UserError(f"{self.name} must be {limits}, not {value}")


def _group(group, *rows):
    return tuple(Option(*row[:4], group=group, **(row[4] if row[4:] else {})) for row in rows)


def _of(*names):
    return {"choices": names}


def _from(low, high=None):
    return {"low": low, "high": high}


OPTIONS = (
    *_group(
        "run",
        ("gan_type", str, "scogan", "one GAN, GANs coupled by shared layers or by soft terms, "
         "a GAN of kernels, moment matching without a critic, the classifier of the semantic term, "
         "the inverse network of style swap, or AdaIN with variational styles",
         _of(*GANS, "classifier", "inverse_net", "style_vae")),
        ("preset", str, "", "settings by name, see `presets`; none: plain defaults "
         "(default: the one that gan_type and dataset pick)"),
        ("config", str, "", "TOML or JSON file of options, over the preset, under flags"),
        ("run", str, "", "folder of the run, continued if it exists "
         "(default: runs/ and the preset or gan_type-dataset)"),
        ("seed", int, 0, "seed of every random number", _from(0, 2**31 - 1)),
    ),
    *_group(
        "data",
        ("dataset", str, "", "name, see `datasets`, or folder:PATH for your own images "
         "(default: glyph for a gan, glyph2street for pairs)"),
        ("domains", str, "", "any domains instead of a dataset: mnist,mnist_edge,..."),
        ("data_dir", str, "", "where local data sets and downloads are looked for"),
        ("image_size", int, 0, "height and width; 0: as the data set", _from(0, 1024)),
        ("limit_data", int, 0, "use only the first N images of a domain; 0: all", _from(0)),
        ("prune_confidence", float, 0.4, "probability that a classifier must give to an image "
         "for it to stay in svhn_pruned", _from(0, 1)),
    ),
    *_group(
        "training",
        ("iterations", int, 25000, "generator updates; may be raised later", _from(1)),
        ("batch_size", int, 128, "images of each domain per update", _from(1, 65536)),
        ("latent_dim", int, 100, "length of the latent vector z", _from(1, 65536)),
        ("latent", str, "uniform", "z uniform in [-1, 1] or standard normal",
         _of("uniform", "normal")),
        ("discriminator_steps", int, 1, "critic updates per generator update", _from(1, 100)),
        ("optimizer", str, "adam", "of both players", _of("adam", "rmsprop")),
        ("lr_g", float, 2e-4, "learning rate of the generators", _from(1e-9, 1)),
        ("lr_d", float, 2e-4, "learning rate of the critics", _from(1e-9, 1)),
        ("beta_1", float, 0.5, "Adam's decay of the mean gradient", _from(0, 0.99999)),
        ("beta_2", float, 0.999, "Adam's (RMSProp's) decay of the square", _from(0, 0.9999999)),
        ("weight_decay", float, 0.0, "L2 penalty on the weights", _from(0, 1)),
        ("decoupled_weight_decay", bool, False, "shrink weights beside the gradient (AdamW)"),
        ("clip", float, 0.0, "clip the critic's weights to [-c, c], for wgan or mmd without "
         "penalty; 0: off", _from(0, 100)),
        ("clip_gradient", float, 0.0, "bound of the norm of each variable's gradient; 0: off",
         _from(0, 1e9)),
        ("ema", float, 0.0, "decay of the moving average of the generators that samples are "
         "drawn from; 0: off", _from(0, 0.999999)),
    ),
    *_group(
        "loss",
        ("loss", str, "nonsaturating", "adversarial loss", {"choices": LOSSES}),
        ("disc_penalty", str, "none", "penalty on the critic's gradient",
         _of("none", *PENALTIES)),
        ("penalty_weight", float, 10.0, "weight of that penalty (lambda)", _from(0)),
        ("gradient_scale", str, "none", "factor of both players' loss that falls with the "
         "critic's gradient: scaled MMD, or SWGAN for wgan", _of("none", *SCALES)),
        ("kernel", str, "gaussian", "kernel of the loss mmd; rks: random features for the "
         "gaussian one, in linear time", {"choices": KERNELS}),
        ("kernel_gamma", float, 1.0, "gaussian, rks: exp(-gamma distance^2)",
         _from(1e-9, 1e9)),
        ("kernel_bias", float, 1.0, "polynomial: (x.y + bias)^2", _from(0, 1e6)),
        ("kernel_scales", str, "", "gaussian-mixture: its sigmas; rational-quadratic: its "
         "alphas; with commas (default: 1,2,4,8,16; 0.1,1,10)"),
        ("kernel_features", int, 300, "rks: random features (eq. 3.10)", _from(1, 1000000)),
        ("asymmetry_weight", float, 0.0, "weight of the kernelized GAN's regulariser (lambda "
         "of eq. 3.5)", _from(0)),
        ("label_smoothing", float, 0.0, "real labels are 1 minus this", _from(0, 0.49)),
        ("instance_noise", float, 0.0, "standard deviation of noise on all that critics see",
         _from(0, 10)),
    ),
    *_group(
        "nets",
        ("generator", str, "auto", "table of the generators; auto: by the data",
         _of("auto", *GENERATORS)),
        ("discriminator", str, "auto", "table of the critics; auto: by the data",
         _of("auto", *DISCRIMINATORS)),
        ("classifier", str, "quick", "table of the classifier, of a run or of the semantic term",
         {"choices": CLASSIFIERS}),
        ("conditional", bool, False, "tell generators and critics the labels of the data"),
        ("width", float, 1.0, "multiplies every layer's width", _from(0.01, 16)),
        ("width_d", float, 0.0, "the same for the critics; 0: as --width", _from(0, 16)),
        ("shared_generator", int, -1, "generator rows shared from the front; -1: as the table "
         "for a cogan, none for a scogan", _from(-1, 64)),
        ("shared_discriminator", int, -1, "critic rows shared from the back; -1: likewise",
         _from(-1, 64)),
        ("discriminator_dim", int, 0, "features that the critic returns to the loss mmd; 0: 16, and "
         "one score for other losses", _from(0, 65536)),
        ("discriminator_norm", str, "auto", "normalisation in the critics; auto: layer norm under a "
         "gradient penalty, else as the table; spectral-scale: with a learned scale (SN-SMMD)",
         _of("auto", "table", "layer", "none", *SPECTRAL)),
        ("initializer", str, "table", "of the weights; table: as the table's document",
         _of("table", "normal", "xavier", "he")),
        ("init_std", float, 0.02, "standard deviation of the normal initializer", _from(0, 10)),
        ("upsampling", str, "transpose", "transposed convolution, or resize and convolve",
         _of("transpose", "resize")),
    ),
    *_group(
        "coupling",
        ("feature_weight", float, 0.0, "difference of the first feature maps (eq. 4.1)",
         _from(0)),
        ("feature_layers", int, 3, "how many feature maps, from the front", _from(1, 64)),
        ("cycle_weight", float, 0.0, "recovery of z from the images (eq. 4.3)", _from(0)),
        ("cycle_norm", str, "l1", "norm of that recovery", _of("l1", "l2")),
        ("tying_weight", float, 0.0, "squared difference of the generators' weights", _from(0)),
        ("semantic_weight", float, 0.0, "difference of a classifier's predictions (eq. 4.2)",
         _from(0)),
        ("semantic_on", str, "probabilities", "what is compared",
         _of("probabilities", "logits", "kl")),
        ("balance_weight", float, 0.0, "keeps the batch's mean prediction uniform", _from(0)),
        ("classifier_noise", float, 0.0, "train that classifier on images with noise of up to "
         "this standard deviation; its gradient then moves strokes rather than pixels",
         _from(0, 10)),
        ("classifier_path", str, "", "classifier of the semantic and balance terms, a .keras "
         "file (default: trained before the run)"),
        ("content_weight", float, 0.0, "difference of VGG's features between the domains' "
         "images (eq. 4.5)", _from(0)),
        ("style_weight", float, 0.0, "difference of Gram matrices between generated and real "
         "images (eq. 4.5)", _from(0)),
        ("content_layers", str, "block5_conv2", "layers of VGG, with commas"),
        ("style_layers", str, "block1_conv1,block2_conv1,block3_conv1,block4_conv1,"
         "block5_conv1", "layers of VGG, with commas"),
        ("style_on", str, "pairs", "Gram matrices compared image by image, or their means over "
         "the batch", _of("pairs", "batch")),
        ("vgg", str, "vgg19", "the net of content and style", {"choices": BLOCKS}),
        ("vgg_weights", str, "imagenet", "imagenet (downloaded once), random, or a file: .npz "
         "with LAYER/kernel and LAYER/bias, or Keras's .h5"),
        ("vgg_resize", int, 0, "height and width at which VGG sees the images; 0: as they are",
         _from(0, 2048)),
        ("balance_perceptual", float, 0.0, "share of the adversarial loss at which content and "
         "style each start, their weights only turning them on; 0: weights as given",
         _from(0, 1000)),
        ("coupling_warmup", int, 0, "iterations over which the coupling weights rise",
         _from(0)),
    ),
    *_group(
        "style",
        ("crop", int, 0, "learn from squares of this side, cut at random from the images of "
         "image_size; 0: from whole images", _from(0, 1024)),
        ("swapped", bool, True, "inverse_net: learn from style-swapped activations too (4.3.1)"),
        ("tv_weight", float, 1e-6, "inverse_net: weight of the total variation (lambda of eq. "
         "4.7) of pixels of 0..255, beside a mean over activations", _from(0)),
        ("style_variance", bool, True, "style_vae: styles from a latent space; off: plain AdaIN "
         "of VGG's features (Huang and Belongie)"),
        ("kl_weight", float, 0.0, "style_vae: divergence of the styles from N(0, 1)", _from(0)),
        ("kl_warmup", int, 0, "style_vae: iterations over which that weight rises", _from(0)),
        ("disentangle_weight", float, 0.0, "style_vae: two photographs in one style must agree "
         "in it more than with the painting", _from(0)),
    ),
    *_group(
        "output",
        ("sample_every", int, 500, "iterations between sample grids and plots", _from(1)),
        ("checkpoint_every", int, 1000, "iterations between checkpoints", _from(1)),
        ("log_every", int, 10, "iterations between rows of losses.csv", _from(1)),
        ("sample_columns", int, 10, "columns of a sample grid", _from(1, 100)),
        ("sample_rows", int, 2, "rows of a sample grid per domain", _from(1, 100)),
        ("tensorboard", bool, True, "write TensorBoard events"),
        ("monitor", str, "", f"measured while training, with commas: {', '.join(MONITORS)} "
         "(default: nothing)"),
        ("monitor_every", int, 500, "iterations between those measurements", _from(1)),
    ),
    *_group(
        "device",
        ("compile", str, "graph", "the iteration as one graph, through XLA, or eagerly",
         _of("graph", "xla", "none")),
        ("precision", str, "float32", "of generators, encoders, classifiers and VGG; weights, "
         "critics, losses and optimizers stay float32",
         _of("float32", "mixed_bfloat16", "mixed_float16")),
        ("devices", str, "one", "one; all GPUs of this machine; or cpu:N, the processor as N "
         "devices. batch_size is shared by them. With TF_CONFIG also by other machines"),
        ("sync_batch_norm", bool, False, "batch norm over the batches of all devices, not of "
         "each by itself"),
    ),
)
BY_NAME = {option.name: option for option in OPTIONS}


def checked(values: dict, origin: str) -> dict:
    """`values` with every key known and every value valid; `origin` names their file."""
    for name in values:
        if name not in BY_NAME:
            raise UserError(f"{origin}: {unknown('option', name, BY_NAME)}")
    try:
        return {name: BY_NAME[name].check(value) for name, value in values.items()}
    except UserError as error:
        raise UserError(f"{origin}: {error}") from None
