"""GAN, CoGAN and SCoGAN from a run's options: nets, loss, couplings and optimizers."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np

from config.kinds import has
from config.norms import discriminator_norm
from config.sections import Config, Section
from config.tables import discriminator_tables, generator_tables
from data.augment import parse_augmentations
from data.domain import Domain
from framework.devices import in_strategy_scope
from framework.errors import UserError
from nets.build import build_discriminators, build_generators
from nets.flow import Flow, Settings, build_flow
from penalties.couplings import READ_CLASSES, FrozenNets, active_couplings
from trainers.augmentation import Augmentation
from trainers.balance import LossBalancer
from trainers.class_head import ClassHead
from trainers.classifier import check_labels, frozen_classifier, labelled_domains
from trainers.conditional import batches_for, conditioned_shape, num_conditioning_classes
from trainers.domains import load_domains
from trainers.gan import AdversarialTrainer
from trainers.kinds import TRAINERS, Training
from trainers.objectives import clip_bound, discriminator_outputs, objective
from trainers.optimizers import optimizer, scaling_optimizer, scheduled
from trainers.perceptual import maps_for, vgg_features_for
from trainers.pictures import sample_picture
from trainers.pseudo import with_pseudo_classes
from trainers.variables import normalises_batches


def generators_for(config: Config, domains: int, image_shape: tuple[int, ...],
                   classes: int = 0) -> list[keras.Model]:
    """The generators of a run, built anew; their weights follow from the seed. classes: length
    of the label that they get behind z."""
    if has(config.experiment.gan_type, "flow"):
        return [flow_for(config, image_shape).generator]
    keras.utils.set_random_seed(config.experiment.seed)
    nets = config.nets
    tables, shared = generator_tables(config, domains, image_shape)
    return build_generators(tables, domains, shared, config.training.latent_dim + classes,
                            nets.width, nets.initializer, nets.init_std, nets.upsampling,
                            precision=config.device.precision)


def flow_for(config: Config, image_shape: tuple[int, ...]) -> Flow:
    """The flow of a run, built anew; its weights follow from the seed."""
    keras.utils.set_random_seed(config.experiment.seed)
    nets = config.nets
    return build_flow(image_shape, Settings(nets.flow_scales, nets.flow_couplings, nets.flow_alpha,
                                            nets.width, config.device.precision))


def discriminators_for(config: Config, domains: int, image_shape: tuple[int, ...],
                       classes: int = 0) -> list[keras.Model]:
    """The discriminators of a run; batch norm becomes layer norm under a gradient penalty (2.5).
    classes: length of the label that they get beside the image's channels."""
    nets, loss = config.nets, config.loss
    tables, shared = discriminator_tables(config, domains, image_shape)
    return build_discriminators(tables, domains, shared, conditioned_shape(image_shape, classes),
                                nets.width_d or nets.width,
                                discriminator_norm(nets, loss),
                                nets.initializer, nets.init_std,
                                discriminator_outputs(loss, nets))


def class_frequencies(domains: Sequence[Domain]) -> np.ndarray:
    """Mean over the labelled domains of the share of each class or attribute, float32
    [classes]. Raises UserError where none has labels."""
    if not labelled_domains(domains):
        raise UserError("balance_weight needs a labelled domain to know the classes' shares")
    shares = [d.labels.mean(0) if d.attributes else
              np.bincount(d.labels, minlength=d.classes) / len(d.labels)
              for d in labelled_domains(domains)]
    return np.mean(shares, 0).astype("float32")


def classifier_data(config: Config, domains: Sequence[Domain],
                    held_out: Callable[[], Sequence[Domain]]) -> tuple[Sequence[Domain], Callable]:
    """The domains that the classifier learns, and a function to their held-out images: those of
    `--classifier_domains` at the size of the run's images, else the run's own. Raises UserError
    where they have other classes than the run's."""
    names, (side, *_) = config.coupling.classifier_domains, domains[0].images.shape[1:]
    if not names or config.coupling.classifier_path:
        return domains, held_out
    named = config.with_options(dataset="", domains=names, image_size=side)
    learned = load_domains(named)
    check_labels([*learned, *labelled_domains(domains)])
    return learned, partial(load_domains, named, "test")


def frozen_for(config: Config, domains: Sequence[Domain]) -> FrozenNets:
    """What the couplings of a run read with. A classifier is read from its file, found in the
    cache or trained, where a coupling asks for it; with `--clusters` it has learned those, and
    labels are not looked at."""
    coupling, image_shape = config.coupling, domains[0].images.shape[1:]
    vgg = in_strategy_scope(vgg_features_for)(coupling, config.device.precision, image_shape)
    maps = in_strategy_scope(maps_for)(coupling, image_shape)
    if not any(getattr(coupling, name) > 0 for name in READ_CLASSES):
        return FrozenNets(vgg=vgg, maps=maps)
    held_out = partial(load_domains, config, "test")
    if coupling.clusters:
        domains, clustered = with_pseudo_classes(domains, held_out(), coupling.clusters,
                                                 config.experiment.seed)
        held_out = partial(tuple, clustered)
    learned, held_out = classifier_data(config, domains, held_out)
    classifier = frozen_classifier(config, learned, held_out)
    frequencies = class_frequencies(domains) if coupling.balance_weight > 0 else None
    return FrozenNets(partial(classifier, training=False), frequencies,
                      any(d.attributes for d in domains), vgg, maps,
                      parse_augmentations(coupling.classifier_augment), coupling.reading_noise)


def augmentation_for(loss: Section) -> Augmentation | None:
    """What changes the images that the discriminators see, if that is asked for."""
    names = parse_augmentations(loss.augment)
    return Augmentation(names, loss.augment_probability, loss.augment_target) if names else None


def balance_for(coupling: Section) -> LossBalancer | None:
    """What finds the weights of the perceptual terms, if that is asked for."""
    names = [name for name in ("content", "style") if getattr(coupling, f"{name}_weight") > 0]
    share = coupling.balance_perceptual
    return LossBalancer(names, share) if share and names else None


@in_strategy_scope
def build(config: Config, domains: Sequence[Domain], frozen: FrozenNets | None = None,
          head_classes: int = 0) -> AdversarialTrainer:
    """The trainer of a GAN, CoGAN or SCoGAN over `domains` (`data.domain.Domain`s).

    frozen: what the couplings read with. head_classes: those that a head on the discriminators
    learns, 0 for no head. Raises UserError where nets and data do not fit each
    other.
    """
    training, precision = config.training, config.device.precision
    count, image_shape = len(domains), domains[0].images.shape[1:]
    classes = num_conditioning_classes(domains) if config.nets.conditional else 0
    generators = generators_for(config, count, image_shape, classes)
    discriminators = discriminators_for(config, count, image_shape, classes)
    loss, penalty, scale = objective(config.loss, discriminators[0].output_shape[-1],
                                     config.experiment.seed)
    if (penalty or scale) and normalises_batches(discriminators):
        raise UserError("a penalty on the critic's gradient needs scores that do not depend on "
                        "the rest of the batch; use --discriminator_norm layer")
    decoupled = training.weight_decay if training.decoupled_weight_decay else None
    return AdversarialTrainer(
        [d.name for d in domains], generators, discriminators, loss=loss,
        g_optimizer=scaling_optimizer(training, training.lr_g, precision, decoupled),
        d_optimizer=optimizer(training, training.lr_d, decoupled, training.discriminator_steps),
        latent=training.latent, discriminator_steps=training.discriminator_steps,
        penalty=penalty,
        penalty_weight=scheduled(config.loss.penalty_weight, config.loss.penalty_end, training,
                                 training.discriminator_steps),
        penalty_every=config.loss.penalty_every, scale=scale,
        augmentation=augmentation_for(config.loss),
        couplings=active_couplings(config.values(), generators, frozen),
        balance=balance_for(config.coupling), warmup=config.coupling.coupling_warmup,
        leader=config.coupling.leader, leader_frozen=config.coupling.leader_frozen,
        head=(ClassHead.on(discriminators, head_classes, config.loss.class_weight,
                           config.loss.class_pairs_weight) if head_classes else None),
        averaged=(generators_for(config, count, image_shape, classes) if training.ema else None),
        ema=training.ema, classes=classes,
        clip=clip_bound(training.clip, config.loss, config.nets),
        instance_noise=config.loss.instance_noise,
        weight_decay=0.0 if decoupled else training.weight_decay, seed=config.experiment.seed)


def training(config: Config, domains: Sequence[Domain]) -> Training:
    """A GAN, CoGAN or SCoGAN for the loop, with the nets that its couplings read with."""
    return with_frozen(config, domains, batches_for(config, domains,
                                                    config.training.discriminator_steps))


def with_frozen(config: Config, domains: Sequence[Domain], batches: Callable[[int], Any],
                head_classes: int = 0) -> Training:
    """`build` for the loop, with the nets that its couplings read with."""
    for tables in (generator_tables, discriminator_tables):     # before a classifier trains
        tables(config, len(domains), domains[0].images.shape[1:])
    trainer = build(config, domains, frozen_for(config, domains), head_classes)
    return Training(trainer, batches, sample_picture(trainer, config, domains))


for gan_type in ("gan", "cogan", "scogan", "mmd_gan"):
    TRAINERS.register(gan_type)(training)
