"""GAN, CoGAN and SCoGAN from a run's options: nets, loss, couplings and optimizers."""

from functools import partial

import keras
import numpy as np

from framework.devices import in_strategy_scope
from framework.errors import UserError
from nets.architectures import DISCRIMINATORS, GENERATORS
from nets.build import build_discriminators, build_generators
from penalties.couplings import FrozenNets, active_couplings
from trainers.balance import LossBalancer
from trainers.classifier import frozen_classifier, labelled
from trainers.conditional import batches_for, conditioned_shape, num_conditioning_classes
from trainers.domains import load_domains
from trainers.gan import AdversarialTrainer, normalises_batches
from trainers.kinds import TRAINERS, Training
from trainers.objectives import discriminator_outputs, objective
from trainers.optimizers import optimizer, scaling_optimizer
from trainers.perceptual import perception
from trainers.pictures import sample_picture


def shared_rows(chosen: int, gan_type: str, table_default: int) -> int:
    """Rows that the domains share: as chosen, else the table's for a CoGAN and none besides."""
    return chosen if chosen >= 0 else table_default if gan_type == "cogan" else 0


def architecture(registry, name: str, image_shape):
    """The architecture called `name`; "auto" is, of those whose images have `image_shape`, the
    one that is marked `auto`, else the first.

    Raises UserError where none has, or where the one named makes other images.
    """
    fitting = [each for each in registry.values() if each.image_shape == image_shape]
    fitting.sort(key=lambda each: not each.auto)
    chosen = (fitting or [None])[0] if name == "auto" else registry.find(name)
    if chosen not in fitting:
        fits = [n for n, each in registry.items() if each.image_shape == image_shape]
        raise UserError(f"{registry.kind} {name} does not fit images of {image_shape}; "
                        + (f"these do: {', '.join(fits)}" if fits else "choose --image_size"))
    return chosen


def generators_for(config, domains: int, image_shape, classes: int = 0) -> list[keras.Model]:
    """The generators of a run, built anew; their weights follow from the seed. classes: length
    of the code that they are told."""
    keras.utils.set_random_seed(config.seed)
    net = architecture(GENERATORS, config.generator, image_shape)
    shared = shared_rows(config.shared_generator, config.gan_type, net.shared)
    return build_generators(net, domains, shared, config.latent_dim + classes, config.width,
                            config.initializer, config.init_std, config.upsampling,
                            precision=config.precision)


def discriminators_for(config, domains: int, image_shape, classes: int = 0) -> list[keras.Model]:
    """The critics of a run; batch norm becomes layer norm under a gradient penalty (2.5)."""
    net = architecture(DISCRIMINATORS, config.discriminator, image_shape)
    penalised = config.disc_penalty != "none" or config.gradient_scale != "none"
    norm = {"auto": "layer" if penalised else None, "table": None}
    shared = shared_rows(config.shared_discriminator, config.gan_type, net.shared)
    return build_discriminators(net, domains, shared, conditioned_shape(image_shape, classes),
                                config.width_d or config.width,
                                norm.get(config.discriminator_norm, config.discriminator_norm),
                                config.initializer, config.init_std, discriminator_outputs(config))


def class_frequencies(domains) -> np.ndarray:
    """Mean over the labelled domains of the share of each class or attribute, float32
    [classes]. Raises UserError where none has labels."""
    if not labelled(domains):
        raise UserError("balance_weight needs a labelled domain to know the classes' shares")
    shares = [d.labels.mean(0) if d.attributes else
              np.bincount(d.labels, minlength=d.classes) / len(d.labels)
              for d in labelled(domains)]
    return np.mean(shares, 0).astype("float32")


def frozen_for(config, domains) -> FrozenNets:
    """What the couplings of a run read with. A classifier is read from its file, found in the
    cache or trained, where a coupling asks for it."""
    vgg = in_strategy_scope(perception)(config, domains[0].images.shape[1:])
    if not (config.semantic_weight > 0 or config.balance_weight > 0):
        return FrozenNets(vgg=vgg)
    classifier = frozen_classifier(config, domains, lambda: load_domains(config, "test"))
    frequencies = class_frequencies(domains) if config.balance_weight > 0 else None
    return FrozenNets(partial(classifier, training=False), frequencies,
                  any(d.attributes for d in domains), vgg)


def balance_for(config) -> LossBalancer | None:
    """What finds the weights of the perceptual terms, if that is asked for."""
    names = [name for name in ("content", "style") if getattr(config, f"{name}_weight") > 0]
    share = config.balance_perceptual
    return LossBalancer(names, share) if share and names else None


@in_strategy_scope
def build(config, domains, frozen: FrozenNets | None = None) -> AdversarialTrainer:
    """The trainer of a GAN, CoGAN or SCoGAN over `domains` (`data.domain.Domain`s).

    frozen: what the couplings read with. Raises UserError where nets and data do not fit each
    other.
    """
    count, image_shape = len(domains), domains[0].images.shape[1:]
    classes = num_conditioning_classes(config, domains)
    generators = generators_for(config, count, image_shape, classes)
    discriminators = discriminators_for(config, count, image_shape, classes)
    loss, penalty, scale = objective(config, discriminators[0].output_shape[-1])
    if (penalty or scale) and normalises_batches(discriminators):
        raise UserError("a penalty on the critic's gradient needs scores that do not depend on "
                        "the rest of the batch; use --discriminator_norm layer")
    decoupled = config.weight_decay if config.decoupled_weight_decay else None
    return AdversarialTrainer(
        [d.name for d in domains], generators, discriminators, loss=loss,
        g_optimizer=scaling_optimizer(config, config.lr_g, decoupled),
        d_optimizer=optimizer(config, config.lr_d, decoupled),
        latent=config.latent, discriminator_steps=config.discriminator_steps,
        penalty=penalty, penalty_weight=config.penalty_weight, scale=scale,
        couplings=active_couplings(config.as_dict(), generators, frozen),
        balance=balance_for(config),
        warmup=config.coupling_warmup, ema=config.ema,
        averaged=generators_for(config, count, image_shape, classes) if config.ema else None,
        classes=classes, clip=config.clip, instance_noise=config.instance_noise,
        weight_decay=0.0 if decoupled else config.weight_decay, seed=config.seed)


def training(config, domains) -> Training:
    """A GAN, CoGAN or SCoGAN for the loop, with the nets that its couplings read with."""
    for registry, name in ((GENERATORS, config.generator), (DISCRIMINATORS, config.discriminator)):
        architecture(registry, name, domains[0].images.shape[1:])     # before a classifier trains
    trainer = build(config, domains, frozen_for(config, domains))
    return Training(trainer, batches_for(config, domains, config.discriminator_steps),
                    sample_picture(trainer, config, domains))


for gan_type in ("gan", "cogan", "scogan", "mmd_gan"):
    TRAINERS.register(gan_type)(training)
