"""Every option of training once: its name, type, default, range, what it does, whom it serves.

The command line, the presets, the configuration files and the stored `config.json` of a run
all speak in these names. Choices that come from registries are read from the registries, and
so are the options that a loss, a kernel, a penalty, a coupling or a kind of training brings.
"""

from dataclasses import replace

from config.kinds import KINDS, serves
from config.requirements import (
    ANY_COUPLING,
    BY_ITSELF,
    CONDITIONAL,
    COUPLED,
    DISCRIMINATORS_OF,
    DRAWING,
    GENERATORS_OF,
    INVERSE,
    NAMED_LOSS,
    NO_PARENT,
    OWN_CLASSIFIER,
    PAIRS,
    PERCEPTUAL,
    PRUNED,
    READS_CLASSES,
    STYLING,
    STYLIST,
    TABLE_OF_CRITICS,
    TABLE_OF_GENERATORS,
    UNPENALISED,
    UNVARIED,
    VARIATIONAL,
    by_kernel,
)
from config.rows import COMMON, SEVERAL, brought_by, from_to, group, of_kind, one_of_names
from data.augment import AUGMENTATIONS
from framework.errors import UserError, unknown
from framework.grid import LAYOUTS
from framework.options import (
    MAX_SEED,
    Option,
    by_name,
    chosen,
    either,
    one_of,
    positive,
)
from losses.adversarial import LIPSCHITZ, LOSSES
from losses.kernels import KERNELS
from metrics.choice import MONITORS
from nets.architectures import CLASSIFIERS, DISCRIMINATORS, GENERATORS, SPECTRAL
from nets.vgg import BLOCKS
from penalties.couplings import COUPLINGS
from penalties.gradient import GRADIENT_SCALES, PENALTIES

GROUPS = {
    "experiment": "what is trained, and where it is kept",
    "data": "what it learns from",
    "training": "the iteration and its optimizers",
    "loss": "what discriminator and generator minimise",
    "nets": "tables of layers, and what the domains share",
    "coupling": "what makes pairs; a term is on when its weight is positive",
    "style": "style transfer; its terms content and style and VGG are among the couplings",
    "output": "what is drawn and kept while training; may change when a run is continued",
    "device": "how it is computed; may change when a run is continued",
}


OPTIONS: tuple[Option, ...] = (
    *group(
        "experiment",
        ("gan_type", str, "scogan", "one GAN, GANs coupled by shared layers or by soft terms, "
         "one that reads a domain without labels, a GAN of kernels, moment matching or drifting "
         "without a critic, a variational auto-encoder, Real NVP, translators between two domains, "
         "the classifier of the semantic term, the inverse network of style swap, or AdaIN with "
         "variational styles",
         {"choices": KINDS} | COMMON),
        ("preset", str, "", "settings by name, see `presets`; none: plain defaults "
         "(default: the one that gan_type and dataset pick)", COMMON),
        ("config", str, "", "TOML or JSON file of options, over the preset, under flags"),
        ("run", str, "", "folder of the run, continued if it exists "
         "(default: runs/ and the preset or gan_type-dataset)", COMMON),
        ("seed", int, 0, "seed of every random number", from_to(0, MAX_SEED) | COMMON),
    ),
    *group(
        "data",
        ("dataset", str, "", "name, see `datasets`, or folder:PATH for your own images "
         "(default: glyph for a gan, glyph2street for pairs)", COMMON),
        ("domains", str, "", "any domains instead of a dataset: mnist,mnist_edge,..."),
        ("data_dir", str, "", "where local data sets and downloads are looked for", COMMON),
        ("image_size", int, 0, "height and width; 0: as the data set", from_to(0, 1024) | COMMON),
        ("limit_data", int, 0, "use only the first N images of a domain; 0: all", from_to(0)),
        ("prune_confidence", float, 0.4, "probability that a classifier must give to an image "
         "for it to stay in svhn_pruned", from_to(0, 1), PRUNED),
    ),
    *group(
        "training",
        ("iterations", int, 25000, "generator updates; may be raised later", from_to(1) | COMMON),
        ("batch_size", int, 128, "images of each domain per update", from_to(1, 65536) | COMMON),
        ("latent_dim", int, 100, "length of the latent vector z", from_to(1, 65536),
         serves("generators", "stylist", unless="flow")),
        ("latent", str, "uniform", "z uniform in [-1, 1] or standard normal",
         {"choices": ("uniform", "normal"),
         "choice_requires": {"uniform": serves("generators", unless="likelihood")}},
         GENERATORS_OF),
        ("discriminator_steps", int, 1, "critic updates per generator update", from_to(1, 100),
         DISCRIMINATORS_OF),
        ("optimizer", str, "adam", "of both players", one_of_names("adam", "rmsprop")),
        ("lr", float, 2e-4, "learning rate of a training without generators and discriminators",
         from_to(1e-9, 1), serves("one net")),
        ("lr_g", float, 2e-4, "learning rate of the generators", from_to(1e-9, 1) | COMMON,
         DRAWING),
        ("lr_d", float, 2e-4, "learning rate of the critics", from_to(1e-9, 1) | COMMON,
         DISCRIMINATORS_OF),
        ("schedule", int, 0, "iterations over which learning rates, and the weight of a penalty, "
         "fall; 0: they stay", from_to(0)),
        ("schedule_after", int, 0, "iterations before that, over which they stay", from_to(0),
         positive("schedule")),
        ("schedule_shape", str, "cosine", "they fall along half a cosine, or along a line",
         one_of_names("cosine", "line"), positive("schedule")),
        ("lr_end", float, 0.25, "share of the learning rates that is left then", from_to(0, 1),
         positive("schedule")),
        ("beta_1", float, 0.5, "Adam's decay of the mean gradient", from_to(0, 0.99999),
         one_of("optimizer", "adam")),
        ("beta_2", float, 0.999, "decay of the mean of squared gradients, in Adam and RMSProp",
         from_to(0, 0.9999999)),
        ("weight_decay", float, 0.0, "L2 penalty on the weights", from_to(0, 1)),
        ("decoupled_weight_decay", bool, False, "shrink weights beside the gradient (AdamW)",
         GENERATORS_OF, positive("weight_decay")),
        ("clip", float, -1.0, "clip the critic's weights to [-c, c], for wgan, ipm or mmd without "
         "penalty; -1: to 0.01 for a wgan or ipm that nothing else bounds (2.4.2); 0: off",
         from_to(-1, 100),
         DISCRIMINATORS_OF, one_of("loss", *LIPSCHITZ, "mmd"), UNPENALISED),
        ("clip_gradient", float, 0.0, "bound of the norm of each variable's gradient; 0: off",
         from_to(0, 1e9)),
        ("ema", float, 0.0, "decay of the moving average of the generators that samples are "
         "drawn from; 0: off", from_to(0, 0.999999), GENERATORS_OF),
    ),
    *group(
        "loss",
        ("loss", str, "nonsaturating", "adversarial loss", {"choices": LOSSES} | COMMON,
         NAMED_LOSS),
    ),
    *brought_by(LOSSES, "loss", NAMED_LOSS, group="loss"),
    *group(
        "loss",
        ("disc_penalty", str, "none", "penalty on the critic's gradient",
         {"choices": ("none", *PENALTIES),
         "choice_requires": by_kernel(PENALTIES)} | COMMON, DISCRIMINATORS_OF),
        ("penalty_weight", float, 10.0, "weight of that penalty (lambda, gamma)", from_to(0),
         DISCRIMINATORS_OF, chosen("disc_penalty")),
        ("penalty_end", float, 0.1, "share of that weight that is left after the schedule",
         from_to(0, 1), DISCRIMINATORS_OF, chosen("disc_penalty"), positive("schedule")),
        ("penalty_every", int, 1, "steps from one penalty to the next, which is then as many "
         "times as strong", from_to(1, 1000), DISCRIMINATORS_OF, chosen("disc_penalty")),
    ),
    *brought_by(PENALTIES, "disc_penalty", DISCRIMINATORS_OF, group="loss"),
    *group(
        "loss",
        ("gradient_scale", str, "none", "factor of both players' loss that falls with the "
         "critic's gradient: scaled MMD, or SWGAN for wgan", {"choices": ("none", *GRADIENT_SCALES),
         "choice_requires": by_kernel(GRADIENT_SCALES) | {"swgan": one_of("loss", "wgan")}},
         DISCRIMINATORS_OF),
        ("kernel", str, "gaussian", "kernel of the loss mmd; rks, fastfood, nystroem: the "
         "gaussian one about, in linear time", {"choices": KERNELS},
         NAMED_LOSS, one_of("loss", "mmd")),
    ),
    *brought_by(KERNELS, "kernel", NAMED_LOSS, one_of("loss", "mmd"), group="loss"),
    *group(
        "loss",
        ("augment", str, "", "random changes of all images that discriminators see, or of the "
         f"paintings of style_vae, with commas: {', '.join(AUGMENTATIONS)} (default: none)", COMMON,
         either(DISCRIMINATORS_OF, STYLIST)),
        ("augment_probability", float, 1.0, "with which an image gets each of them", from_to(0, 1),
         either(DISCRIMINATORS_OF, STYLIST), chosen("augment")),
        ("augment_target", float, 0.0, "let that probability follow the discriminators: up while "
         "the mean sign of real scores is above this, else down (ADA has 0.6); 0: off",
         from_to(0, 1), DISCRIMINATORS_OF, chosen("augment")),
        ("instance_noise", float, 0.0, "standard deviation of noise on all that critics see",
         from_to(0, 10),
         DISCRIMINATORS_OF),
    ),
    *group(
        "nets",
        ("generator", str, "auto", "table of the generators, or with commas one for each domain; "
         "auto: by the data", one_of_names("auto", *GENERATORS) | SEVERAL, TABLE_OF_GENERATORS),
        ("discriminator", str, "auto", "table of the critics, likewise; auto: by the data",
         one_of_names("auto", *DISCRIMINATORS) | SEVERAL, TABLE_OF_CRITICS),
        ("classifier", str, "quick", "table of the classifier, of a run or of the semantic term",
         {"choices": CLASSIFIERS},
         either(serves("classifier"), OWN_CLASSIFIER, PRUNED)),
        ("conditional", bool, False, "tell generators and critics the labels of the data, or "
         "the --clusters", COMMON,
         TABLE_OF_GENERATORS),
        ("width", float, 1.0, "multiplies every layer's width", from_to(0.01, 16)),
        ("width_d", float, 0.0, "the same for the critics; 0: as --width", from_to(0, 16),
         DISCRIMINATORS_OF),
        ("shared_generator", int, -1, "generator rows shared from the front; -1: as the table "
         "for a cogan, none for a scogan", from_to(-1, 64), PAIRS),
        ("shared_discriminator", int, -1, "critic rows shared from the back; -1: likewise",
         from_to(-1, 64),
         PAIRS, DISCRIMINATORS_OF),
        ("discriminator_dim", int, 0,
         "features that the critic returns to the loss mmd; 0: 16, and "
         "one score for other losses", from_to(0, 65536),
         DISCRIMINATORS_OF, one_of("loss", "mmd")),
        ("discriminator_norm", str, "auto",
         "normalisation in the critics; auto: layer norm under a "
         "gradient penalty, else as the table; spectral-scale: with a learned scale (SN-SMMD)",
         {"choices": ("auto", "table", "layer", "none", *SPECTRAL),
         "choice_requires": {"table": BY_ITSELF}}, DISCRIMINATORS_OF),
        ("initializer", str, "table", "of the weights; table: as the table's document",
         one_of_names("table", "normal", "xavier", "he"), TABLE_OF_GENERATORS),
        ("init_std", float, 0.02, "standard deviation of the normal initializer", from_to(0, 10),
         TABLE_OF_GENERATORS, one_of("initializer", "normal")),
        ("parent", str, "", "folder of a run whose generators these start as copies of: its one, "
         "or each that of its own domain", serves("generators", unless="likelihood")),
        ("parent_iterations", int, 0, "train such a parent first, so long, in parent/ of the run; "
         "0: none", from_to(0) | COMMON, PAIRS, NO_PARENT),
        ("parent_type", str, "gan", "gan: it draws the first domain; cogan: all, which share "
         "every row of its generators but the image", one_of_names("gan", "cogan"), PAIRS,
         positive("parent_iterations")),
        ("parent_discriminators", bool, False, "the discriminators start as copies too",
         DISCRIMINATORS_OF, either(chosen("parent"), positive("parent_iterations"))),
        ("upsampling", str, "transpose", "transposed convolution, or resize and convolve",
         one_of_names("transpose", "resize"),
         serves("generators", "translators", unless="flow")),
    ),
    *(replace(option, group=option.group or "training") for brought in KINDS.options.items()
      for option in of_kind(*brought)),
    *brought_by(COUPLINGS, "{}_weight", group="coupling"),
    *group(
        "coupling",
        ("classifier_noise", float, 0.0, "train that classifier on images with noise of up to "
         "this standard deviation; its gradient then moves strokes rather than pixels",
         from_to(0, 10),
         either(serves("classifier"), OWN_CLASSIFIER)),
        ("classifier_epochs", int, 0, "so often that classifier sees every image of the largest "
         "domain; 0: 1500 iterations, whatever the data", from_to(0, 10_000), OWN_CLASSIFIER),
        ("classifier_domains", str, "", "labelled domains that it learns instead of the run's, "
         "such as mnist (thesis 5.1)", OWN_CLASSIFIER),
        ("classifier_augment", str, "", "random changes of the images that it learns from, and of "
         "those that semantic, balance and certainty ask it about, with commas: "
         f"{', '.join(AUGMENTATIONS)} (default: none)",
         either(serves("classifier"), READS_CLASSES)),
        ("reading_noise", float, 0.0, "most of the noise through which semantic, balance and "
         "certainty ask that classifier: only strokes of contrast are read", from_to(0, 10),
         COUPLED, READS_CLASSES),
        ("clusters", int, 0, "so many clusters of the images' edges take the place of labels, for "
         "that classifier and --conditional, from 2 on; 0: labels", from_to(0, 64) | COMMON,
         COUPLED,
         either(OWN_CLASSIFIER, CONDITIONAL)),
        ("classifier_path", str, "", "classifier of the semantic and balance terms, a .keras "
         "file with the layers of one of the tables (default: trained before the run)",
         COUPLED, READS_CLASSES),
        ("content_weight", float, 0.0, "difference of VGG's features between the domains' "
         "images (eq. 4.5)", from_to(0),
         serves("pairs", "stylist")),
        ("style_weight", float, 0.0, "difference of Gram matrices between generated and real "
         "images (eq. 4.5)", from_to(0),
         serves("couplings", "stylist")),
        ("content_layers", str, "block5_conv2", "layers of VGG, with commas",
         serves("pairs", "stylist"), positive("content_weight")),
        ("style_layers", str, "block1_conv1,block2_conv1,block3_conv1,block4_conv1,"
         "block5_conv1", "layers of VGG, with commas",
         serves("couplings", "stylist"), positive("style_weight")),
        ("style_on", str, "pairs", "Gram matrices compared image by image, or their means over "
         "the batch", one_of_names("pairs", "batch"),
         COUPLED, positive("style_weight")),
        ("vgg", str, "vgg19", "the net of content and style", {"choices": BLOCKS}, PERCEPTUAL),
        ("vgg_weights", str, "imagenet", "imagenet (downloaded once), random, or a file: .npz "
         "with LAYER/kernel and LAYER/bias, or Keras's .h5", either(INVERSE, PERCEPTUAL)),
        ("vgg_resize", int, 0, "height and width at which VGG sees the images; 0: as they are",
         from_to(0, 2048),
         COUPLED, PERCEPTUAL),
        ("balance_perceptual", float, 0.0, "share of the adversarial loss at which content and "
         "style each start, their weights only turning them on; 0: weights as given",
         from_to(0, 1000),
         COUPLED, PERCEPTUAL),
        ("coupling_warmup", int, 0, "iterations over which the coupling weights rise", from_to(0),
         COUPLED, ANY_COUPLING),
        ("leader", int, 0, "number of the domain, from 1 on, that the others follow: what "
         "compares domains does not change its images; 0: all give way", from_to(0, 64) | COMMON,
         PAIRS,
         ANY_COUPLING),
        ("leader_frozen", bool, False, "its generator stays as its parent made it: all time goes "
         "into the others", PAIRS, DISCRIMINATORS_OF, positive("leader"),
         either(chosen("parent"), positive("parent_iterations"))),
    ),
    *group(
        "style",
        ("crop", int, 0, "learn from squares of this side, cut at random from the images of "
         "image_size; 0: from whole images", from_to(0, 1024), STYLING),
        ("padding", str, "zeros", "what their nets see beyond the edge of an image: zeros draw a "
         "frame", one_of_names("zeros", "reflect"), STYLING),
        ("inverse_norm", str, "instance", "inverse_net: of its rows; without one it knows how "
         "strong an activation is, and so the colours", one_of_names("instance", "none"), INVERSE),
        ("repaint", bool, False, "add what the nets draw to pixels: style_vae to the photograph "
         "in the style's colours, inverse_net to the style's pixels that its patches carry along; "
         "in no paper", STYLING),
        ("layer_balance", bool, False, "style_vae: content and style of each layer over the mean "
         "square of what they should be, so that every layer counts alike", STYLIST),
        ("swapped", bool, True, "inverse_net: learn from style-swapped activations too (4.3.1)",
         INVERSE),
        ("tv_weight", float, 1e-6, "inverse_net: weight of the total variation (lambda of eq. "
         "4.7) of pixels of 0..255, beside a mean over activations", from_to(0), INVERSE),
        ("style_encoder", str, "conv", "style_vae: what reads a style: a convolutional net, or "
         "dense layers the moments of VGG's features, which know paintings that they never saw",
         one_of_names("conv", "statistics"), STYLIST, VARIATIONAL),
        ("content_encoder", str, "conv", "style_vae: what reads a photograph: a convolutional net "
         "with instance norms, or VGG to block3_conv1, whose features follow its shapes at once",
         one_of_names("conv", "vgg"), STYLIST, VARIATIONAL),
        ("content_target", str, "photograph", "style_vae: what the content term compares with: the "
         "photograph's features, or these with the painting's means and deviations, with which it "
         "does not work against the style", one_of_names("photograph", "adain"), STYLIST,
         VARIATIONAL),
        ("style_statistics", str, "gram", "style_vae: what the style term compares: Gram matrices, "
         "or means and deviations, which teach strokes sooner", one_of_names("gram", "moments"),
         STYLIST, either(VARIATIONAL, one_of("transform", "linear"))),
        ("palette_weight", float, 0.0, "style_vae: difference of the colours' means and deviations "
         "from the painting's", from_to(0), STYLIST),
        ("style_variance", bool, True, "style_vae: styles from a latent space; off: VGG's features "
         "are changed as --transform says", STYLIST),
        ("transform", str, "adain", "style_vae: means and deviations (Huang and Belongie), or a "
         "matrix that nets read (Li et al. 2018)", one_of_names("adain", "linear"), STYLIST,
         UNVARIED),
        ("kl_weight", float, 0.0, "style_vae: divergence of the styles from N(0, 1)", from_to(0),
         STYLIST, VARIATIONAL),
        ("kl_warmup", int, 0, "style_vae: iterations over which that weight rises", from_to(0),
         STYLIST, positive("kl_weight")),
        ("disentangle_weight", float, 0.0, "style_vae: two photographs in one style must agree "
         "in it more than with the painting", from_to(0), STYLIST, VARIATIONAL),
    ),
    *group(
        "output",
        ("sample_every", int, 500, "iterations between sample grids and plots",
         from_to(1) | COMMON),
        ("sample_early", bool, True, "sample grids also after 1, 2, 5, 10, 20, 50, ... iterations, "
         "up to the first of sample_every"),
        ("checkpoint_every", int, 1000, "iterations between checkpoints", from_to(1)),
        ("keep_checkpoints", int, 2, "the newest checkpoints that stay", from_to(1, 1000)),
        ("keep_best", str, "", "monitor by which the best checkpoint is kept besides, in "
         "checkpoints/best (default: none)", {"choices": ("", *MONITORS)} | COMMON, GENERATORS_OF),
        ("patience", int, 0, "end after so many measurements of keep_best without a better one; "
         "0: never", from_to(0, 1_000_000), GENERATORS_OF, chosen("keep_best")),
        ("on_nan", str, "stop", "when a term or weight is no longer finite: stop, or go back to "
         "the last good checkpoint with other random numbers", one_of_names("stop", "restore")),
        ("log_every", int, 10, "iterations between rows of losses.csv", from_to(1)),
        ("sample_columns", int, 10, "columns of a sample grid", from_to(1, 100)),
        ("sample_rows", int, 2, "rows of a sample grid per domain", from_to(1, 100),
         serves("generators", "classifier")),
        ("sample_layout", str, "pairs", "pairs: what belongs to one latent stands together; "
         "blocks: all rows of a domain above those of the next, as in the thesis",
         {"choices": LAYOUTS}, serves("generators")),
        ("tensorboard", bool, True, "write TensorBoard events"),
        ("monitor", str, "", f"measured while training, with commas: {', '.join(MONITORS)} "
         "(default: nothing)", GENERATORS_OF),
        ("monitor_every", int, 500, "iterations between those measurements", from_to(1),
         GENERATORS_OF, either(chosen("monitor"), chosen("keep_best"))),
    ),
    *group(
        "device",
        ("compile", str, "graph", "the iteration as one graph, through XLA, or eagerly",
         one_of_names("graph", "xla", "none")),
        ("precision", str, "float32", "of generators, encoders, classifiers and VGG; weights, "
         "critics, losses and optimizers stay float32",
         one_of_names("float32", "mixed_bfloat16", "mixed_float16") | COMMON),
        ("force_precision", bool, False, "compute in bfloat16 even on a processor without "
         "instructions for it, where float32, many times faster, takes its place otherwise",
         one_of("precision", "mixed_bfloat16")),
        ("devices", str, "one", "one; all GPUs of this machine; or cpu:N, the processor as N "
         "devices. batch_size is shared by them. With TF_CONFIG also by other machines", COMMON),
        ("sync_batch_norm", bool, False, "batch norm over the batches of all devices, not of "
         "each by itself"),
    ),
)

BY_NAME = by_name(OPTIONS)


def checked(values: dict, origin: str) -> dict:
    """`values` with every key known and every value valid; `origin` names their file."""
    for name in values:
        if name not in BY_NAME:
            raise UserError(f"{origin}: {unknown('option', name, BY_NAME)}")
    try:
        return {name: BY_NAME[name].check(value) for name, value in values.items()}
    except UserError as error:
        raise UserError(f"{origin}: {error}") from None
