"""Options that contradict each other are refused, and the like that do not are not."""

import pytest

from config.resolve import resolve
from framework.checkpoint import save_model
from framework.errors import UserError
from nets.classifier import build_classifier

GAN = ["--gan_type", "gan", "--dataset", "glyph", "--preset", "none"]
PAIR = ["--dataset", "glyph2edge", "--preset", "none"]
MMD = ["--loss", "mmd"]
DRIFT = ["--gan_type", "drift", "--dataset", "glyph", "--preset", "none"]
WGAN, GP = ["--loss", "wgan"], ["--loss", "wgan", "--disc_penalty", "wgan-gp"]


@pytest.mark.parametrize("argv, message", [
    (["--gan_type", "gan", "--dataset", "glyph2edge"], "a gan has one domain, not 2"),
    (["--gan_type", "scogan", "--dataset", "glyph"], "a scogan couples at least two domains"),
    (["--gan_type", "cogan", "--domains", "glyph"], "a cogan couples at least two domains"),
    ([*GAN, "--feature_weight", "1"],
     "feature_weight belongs to --gan_type cogan, scogan, adapt, drift; here gan_type is gan"),
    ([*GAN, "--cycle_weight", "1"],
     "cycle_weight belongs to --gan_type cogan, scogan, adapt, drift; here"),
    (["--gan_type", "classifier", "--dataset", "glyph", "--semantic_weight", "1"],
     "semantic_weight belongs to --gan_type cogan, scogan, adapt, drift; here"),
    ([*PAIR, "--balance_perceptual", "0.1"],
     "balance_perceptual belongs to a positive --content_weight or a positive"),
    ([*PAIR, "--content_weight", "1", "--content_layers", "block3_conv5"],
     "unknown layer of vgg19 'block3_conv5'"),
    ([*PAIR, "--content_weight", "1", "--style_weight", "1", "--style_layers", ""],
     "no layer of vgg19 is named"),
    ([*PAIR, "--style_weight", "1", "--vgg_weights", "no.npz"], "no weights of vgg19 at no.npz"),
    ([*GAN, "--content_weight", "1"],
     "content_weight belongs to --gan_type cogan, scogan, adapt, drift, style_vae"),
    ([*PAIR, "--clip", "0.01"],
     "clip belongs to --loss wgan, ipm-absolute, ipm-squared, mmd; here loss is nonsat"),
    ([*PAIR, *GP, "--clip", "0.01"],
     "clip belongs to --disc_penalty none; here disc_penalty is wgan-gp"),
    ([*PAIR, "--loss", "hinge", "--label_smoothing", "0.1"], 
     "label_smoothing belongs to --loss nonsaturating; here loss is hinge"),
    ([*PAIR, *GP, "--discriminator", "face128", "--discriminator_norm", "table"],
     "discriminator_norm layer"),
    ([*PAIR, "--generator", "quick", "--feature_weight", "1", "--feature_layers", "5"],
     "feature_layers is 5 and the table quick has 4 rows"),
    ([*PAIR, "--generator", "quick", "--shared_generator", "5"], "shared_generator is 5"),
    ([*PAIR, "--discriminator", "quick", "--shared_discriminator", "5"],
     "shared_discriminator is 5"),
    ([*PAIR, "--classifier_augment", "translation"], "classifier_augment belongs to"),
    ([*PAIR, "--classifier_path", "some.keras"], "classifier_path belongs to a positive"),
    ([*PAIR, "--classifier_path", "no.keras", "--semantic_weight", "1"], "no classifier at"),
    ([*PAIR, "--content_weight", "1", "--style_layers", "unread"], "a positive --style_weight"),
    ([*PAIR, "--generator", "quick", "--feature_layers", "5"], "a positive --feature_weight"),
    ([*PAIR, "--discriminator_dim", "1"], "discriminator_dim belongs to --loss mmd"),
    (["--dataset", "glyph2edgy"], "unknown data set"),
    ([*GAN, "--devices", "two"], "devices must be one, all or cpu:N"),
    ([*GAN, "--devices", "cpu:0"], "devices must be one, all or cpu:N"),
    ([*PAIR, "--kernel", "linear"], "kernel belongs to --loss mmd; here loss is nonsaturating"),
    ([*PAIR, "--asymmetry_weight", "1"], "asymmetry_weight belongs to --loss mmd"),
    ([*PAIR, "--discriminator_dim", "2"], "discriminator_dim belongs to --loss mmd"),
    ([*PAIR, "--disc_penalty", "witness-gp"], "disc_penalty witness-gp belongs to --loss mmd"),
    ([*PAIR, "--gradient_scale", "smmd"], "gradient_scale smmd belongs to --loss mmd"),
    ([*PAIR, *MMD, "--disc_penalty", "wgan-gp"],
     "disc_penalty wgan-gp belongs to --loss minimax, .*; here"),
    ([*PAIR, *MMD, "--batch_size", "1"], "batch_size must be 2 or more"),
    ([*PAIR, *MMD, "--kernel_bias", "2"],
     "kernel_bias belongs to --kernel polynomial; here kernel is gaussian"),
    ([*PAIR, *MMD, "--kernel", "linear", "--kernel_gamma", "2"],
     "kernel_gamma belongs to --kernel gaussian, rks, fastfood, nystroem; here kernel is linear"),
    ([*PAIR, *MMD, "--kernel", "gaussian-mixture", "--kernel_scales", "1,-2"],
     "kernel_scales must be positive"),
    ([*PAIR, *MMD, "--kernel", "gaussian-mixture", "--kernel_scales", "1;2"],
     "kernel_scales must be positive"),
    ([*PAIR, *MMD, "--gradient_scale", "swgan"],
     "gradient_scale swgan belongs to --loss wgan; here"),
    ([*PAIR, *MMD, "--kernel", "energy", "--gradient_scale", "smmd"], "no derivative for smmd"),
    ([*PAIR, *WGAN, "--gradient_scale", "swgan", "--discriminator", "face128",
      "--discriminator_norm", "table"], "which look at each sample by itself"),
    (["--gan_type", "gmmn", "--preset", "none"], "a gmmn has the loss mmd"),
    (["--gan_type", "mmd_gan", "--preset", "none", "--loss", "wgan"], "a mmd_gan has the loss"),
    (["--gan_type", "mmd_gan", *PAIR, *MMD], "a mmd_gan has one domain, not 2"),
    (["--gan_type", "gmmn", "--preset", "none", *MMD, "--disc_penalty", "witness-gp"],
     "disc_penalty belongs to --gan_type gan, cogan, scogan, adapt, mmd_gan, cyclegan; here"),
    (["--gan_type", "gmmn", "--preset", "none", *MMD, "--cycle_weight", "1"],
     "cycle_weight belongs to --gan_type cogan, scogan, adapt, drift; here gan_type is gmmn"),
    ([*DRIFT, "--loss", "mmd"], "loss belongs to --gan_type gan, .*; here gan_type is drift"),
    ([*DRIFT, "--drift_tau", ""], "drift_tau names no temperature"),
    ([*DRIFT, "--drift_tau", "0.1,-1"], "drift_tau must be positive numbers"),
    ([*DRIFT, "--batch_size", "1"], "batch_size must be 2 or more"),
    ([*DRIFT, "--cycle_weight", "1"], "cycle_weight compares domains, and glyph is one"),
    ([*PAIR, "--leader", "1"], "leader belongs to couplings with a positive weight"),
    ([*PAIR, "--feature_weight", "1", "--leader", "3"], "leader is 3 and there are 2 domains"),
    ([*PAIR, "--feature_weight", "1", "--leader", "1", "--leader_frozen"],
     "leader_frozen belongs to a --parent or a positive --parent_iterations"),
    ([*PAIR, "--feature_weight", "1", "--leader", "1", "--leader_frozen", "--parent_iterations",
      "5", "--shared_generator", "1"], "shared rows would change it"),
    ([*PAIR, "--tying_weight", "1", "--leader", "2"], "tying compares weights and no images"),
    ([*DRIFT, "--shared_discriminator", "1"], "shared_discriminator belongs to"),
    ([*GAN, "--drift_tau", "1"], "drift_tau belongs to --gan_type drift; here gan_type is gan"),
    (["--gan_type", "gan", "--dataset", "ring", "--semantic_weight", "1"], "semantic_weight"),
])
def test_contradictions(argv, message):
    with pytest.raises(UserError, match=message):
        resolve(argv)


@pytest.mark.parametrize("flags, message", [
    (["--semantic_weight", "1"], "semantic_weight needs a labelled domain, and folder:"),
    (["--balance_weight", "1"], "balance_weight needs a labelled domain"),
    (["--certainty_weight", "1"], "certainty_weight needs a labelled domain"),
    (["--gan_type", "classifier"], "a classifier needs labelled data"),
    (["--conditional"], "conditional needs labelled data, and folder:"),
])
def test_classifiers_need_labels(tmp_path, flags, message):
    for name in ("domain1", "domain2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.png").write_bytes(b"")
    data = ["--dataset", f"folder:{tmp_path}", "--preset", "none"]
    with pytest.raises(UserError, match=message):
        resolve([*data, *flags])
    assert resolve(data).experiment.gan_type == "scogan"
    if flags[0] in ("--semantic_weight", "--balance_weight", "--certainty_weight"):
        mixed = ["--domains", f"glyph,folder:{tmp_path / 'domain1'}", "--preset", "none"]
        assert resolve([*mixed, *flags]).experiment.gan_type == "scogan"


@pytest.mark.parametrize("argv", [
    GAN, PAIR, [*GAN, "--feature_weight", "0"], [*GAN, "--disc_penalty", "none"],
    [*GAN, "--style_weight", "1", "--vgg_weights", "random"],
    ["--domains", "glyph,glyph_edge,glyph_negative"],
    [*PAIR, *WGAN, "--clip", "0.01"], [*PAIR, *MMD, "--clip", "0.01"],
    [*PAIR, "--loss", "nonsaturating", "--label_smoothing", "0.1"],
    [*PAIR, *GP, "--discriminator", "face128", "--discriminator_norm", "layer"],
    [*PAIR, *GP, "--discriminator", "face128"],
    [*PAIR, "--discriminator", "face128", "--discriminator_norm", "table"],
    [*PAIR, "--generator", "quick", "--feature_weight", "1", "--feature_layers", "4"],
    [*PAIR, "--generator", "quick", "--shared_generator", "4"],
    [*GAN, "--balance_weight", "1"], [*PAIR, *MMD], [*PAIR, *MMD, "--discriminator_dim", "1"],
    [*PAIR, *MMD, "--kernel", "energy", "--gradient_scale", "smmd-reference"],
    [*PAIR, *MMD, "--kernel", "polynomial", "--kernel_bias", "2", "--disc_penalty", "witness-gp"],
    [*PAIR, *MMD, "--kernel", "gaussian-mixture", "--kernel_scales", "1, 2.5"],
    [*PAIR, *WGAN, "--gradient_scale", "swgan"], [*GAN, *MMD, "--discriminator_norm", "spectral"],
    ["--gan_type", "gmmn", "--preset", "none", *MMD, "--kernel", "rks"],
    ["--gan_type", "mmd_gan", "--preset", "none", *MMD, "--asymmetry_weight", "16"],
    DRIFT, [*DRIFT, "--balance_weight", "1"], [*DRIFT, "--drift_tau", "0.5, 2"],
    [*DRIFT, "--dataset", "glyph2edge", "--cycle_weight", "1", "--shared_generator", "1"],
    ["--gan_type", "classifier", "--dataset", "glyph2edge"],
])
def test_what_goes_together(argv):
    resolve(argv)


def test_a_classifier_that_is_there(tmp_path):
    path = tmp_path / "reader.keras"
    flags = [*PAIR, "--classifier_path", str(path), "--semantic_weight", "1"]
    save_model(path, build_classifier((32, 32, 3), 10, "quick", 0.1))
    resolve(flags)
    path.write_bytes(b"something else")
    with pytest.raises(UserError, match="cannot read --classifier_path .*no .keras file"):
        resolve(flags)
