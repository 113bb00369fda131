"""Every kind of training at its smallest: seconds from start to end.

The places in braces are filled in by `tests.torture.story`: {pictures} is a folder of photographs
and paintings, {classifier} the .keras file that the kind `classifier` leaves.
"""

ITERATIONS, CHECKPOINT_EVERY, SAMPLE_EVERY = 8, 2, 4

COMMON = (f"--preset none --seed 3 --iterations {ITERATIONS} --checkpoint_every {CHECKPOINT_EVERY} "
          f"--sample_every {SAMPLE_EVERY} --log_every 2 --batch_size 4 --limit_data 40 "
          "--sample_columns 4")
RING = "--dataset ring --width 0.05 --latent_dim 3"
TOYS = "--domains ring,grid25 --width 0.05 --latent_dim 3"
GLYPHS = "--image_size 8 --latent_dim 3"
STYLE = ("--dataset folder:{pictures}/photos,{pictures}/paintings "
         "--batch_size 2 --vgg_weights random --width 0.05")
VGG = "--content_layers block1_conv1 --style_layers block1_conv1"

# name -> what makes it; every name of config.kinds.KINDS is the --gan_type of one at least.
KINDS = {
    "gan": f"--gan_type gan {RING} --ema 0.9 --tensorboard",
    "gan wgan-gp": f"--gan_type gan {RING} --loss wgan --disc_penalty wgan-gp "
                   "--discriminator_steps 2",
    "gan conditional": f"--gan_type gan --dataset glyph --conditional {GLYPHS}",
    "gan of a folder": "--gan_type gan --dataset folder:{pictures}/photos --latent_dim 3 "
                       "--image_size 8 --optimizer rmsprop",
    "gan float16": f"--gan_type gan {RING} --precision mixed_float16",
    "gan monitored": f"--gan_type gan --dataset glyph {GLYPHS} --monitor swd --monitor_every 4",
    "gan eager": f"--gan_type gan {RING} --compile none --loss hinge",
    "gan devices": f"--gan_type gan {RING} --devices cpu:2",
    "cogan": f"--gan_type cogan {TOYS} --tensorboard",
    "scogan": f"--gan_type scogan {TOYS} --feature_weight 1 --cycle_weight 1 --tying_weight 1 "
              "--coupling_warmup 6",
    "scogan twins": f"--gan_type scogan {TOYS} --feature_weight 1 --ema 0.9 "
                    "--parent_iterations 5 --parent_discriminators --schedule 6",
    "scogan semantic": f"--gan_type scogan --dataset glyph2negative {GLYPHS} --semantic_weight 1 "
                       "--balance_weight 1 --classifier_path {classifier}",
    "scogan perceptual": f"--gan_type scogan --dataset glyph2negative {GLYPHS} --content_weight 1 "
                         f"--style_weight 1 {VGG} --vgg_weights random --balance_perceptual 0.3",
    "adapt": f"--gan_type adapt --dataset glyph2negative {GLYPHS} --class_pairs_weight 1",
    "mmd_gan": f"--gan_type mmd_gan {RING} --loss mmd --kernel rational-quadratic",
    "mmd_gan smmd": f"--gan_type mmd_gan {RING} --loss mmd --gradient_scale smmd "
                    "--discriminator_norm spectral-scale",
    "gmmn": f"--gan_type gmmn {RING} --loss mmd --kernel gaussian-mixture",
    "drift": f"--gan_type drift {RING} --ema 0.9",
    "drift of pairs": f"--gan_type drift {TOYS} --feature_weight 1 --drift_tau 0.1",
    "vae": f"--gan_type vae {RING} --vae_draws 2",
    "vae of images": f"--gan_type vae --dataset glyph --conditional {GLYPHS} --ema 0.9 "
                     "--width 0.05 --vae_likelihood bernoulli --vae_beta 0.5",
    "realnvp": "--gan_type realnvp --dataset ring --width 0.05 --flow_couplings 1",
    "realnvp of images": "--gan_type realnvp --dataset glyph --image_size 8 --width 0.05 "
                         "--flow_scales 1 --flow_couplings 1 --ema 0.9",
    "cyclegan": "--gan_type cyclegan --dataset glyph2negative --image_size 8 --width 0.03 "
                "--blocks 1 --patch_halvings 1 --pool 5 --jitter 1 --schedule 4 "
                "--schedule_after 2",
    "classifier": "--gan_type classifier --dataset glyph2negative --image_size 8 "
                  "--classifier tiny",
    "inverse_net": f"--gan_type inverse_net {STYLE} --image_size 16 "
                   "--crop 12",
    "style_vae": f"--gan_type style_vae {STYLE} {VGG} --image_size 24 --latent_dim 3 "
                 "--compile none --content_weight 1 --style_weight 1 --kl_weight 1 "
                 "--kl_warmup 6 --disentangle_weight 1",
    "style_vae plain": f"--gan_type style_vae {STYLE} --image_size 24 --no_style_variance "
                       "--content_layers block2_conv1 --style_layers block1_conv1,block2_conv1 "
                       "--content_weight 1 --style_weight 1",
    "style_vae linear": f"--gan_type style_vae {STYLE} --image_size 24 --no_style_variance "
                        "--transform linear --content_layers block2_conv1 --style_layers "
                        "block1_conv1,block2_conv1 --content_weight 1 --style_weight 1",
}


def words(kind: str, **places: str) -> list[str]:
    """The command line of a kind, but for --run."""
    said = f"{COMMON} {KINDS[kind]}"
    said += "" if "--tensorboard" in said else " --no_tensorboard"
    return [word.format(**places) for word in said.split()]
