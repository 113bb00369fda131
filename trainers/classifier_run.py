"""`--gan_type classifier`: a classifier as a run of its own, with figures on held-out images."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from config.sections import Config
from data.augment import parse_augmentations
from data.domain import Domain
from framework.checkpoint import restore_part
from framework.devices import in_strategy_scope
from framework.errors import UserError
from framework.grid import enlargement, image_grid
from framework.pixels import to_unit
from losses.classification import correct
from nets.classifier import build_classifier
from trainers.classifier import (
    ClassifierTrainer,
    check_labels,
    labelled_batches,
    per_label_accuracy,
    predict_logits,
)
from trainers.domains import load_domains
from trainers.kinds import TRAINERS, Picture, Training
from trainers.optimizers import scaling_optimizer

RED = np.array([1.0, -1.0, -1.0], np.float32)


@TRAINERS.register("classifier")
@in_strategy_scope
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """A classifier of one domain, or of the mixture of several, for the loop (appendix B).

    The classifier is the run's second player by name: `--lr` is its learning rate, and
    `--weight_decay` is decoupled. Raises UserError for data without the same labels.
    """
    check_labels(domains)
    held_out, training = load_domains(config, "test"), config.training
    model = model_for(config, domains)
    optimizer = scaling_optimizer(training, training.lr, config.device.precision,
                                  training.weight_decay or None)
    trainer = ClassifierTrainer(model, optimizer, config.coupling.classifier_noise,
                                parse_augmentations(config.coupling.classifier_augment),
                                config.experiment.seed)
    picture = held_out_picture(model, held_out, config.output.sample_rows,
                               config.output.sample_columns)
    return Training(trainer,
                    labelled_batches(domains, training.batch_size, config.experiment.seed),
                    picture, lambda: report(model, domains, held_out))


def model_for(config: Config, domains: Sequence[Domain]) -> keras.Model:
    """The run's classifier, built anew; its weights follow from the seed."""
    keras.utils.set_random_seed(config.experiment.seed)
    return build_classifier(tuple(domains[0].images.shape[1:]), domains[0].known_classes,
                            config.nets.classifier, config.nets.width, config.device.precision)


def held_out_picture(model: keras.Model, held_out: Sequence[Domain], rows: int,
                     columns: int) -> Picture:
    """A function that draws the first held-out images of each domain, the misread underlined.

    The line's length is the share of the image's labels that are misread: all of the width
    or nothing for classes, a part of it for attributes.
    """
    count = rows * columns
    first = [np.arange(min(count, len(d))) for d in held_out]
    shown = [(d.images[part], d.known_labels[part])
             for d, part in zip(held_out, first, strict=True)]
    scale = enlargement(held_out[0].images.shape[1])

    def draw():
        return image_grid([underline(to_unit(images), misread_shares(model, images, labels))
                           for images, labels in shown], columns, scale)
    return draw


def misread_shares(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Share of each image's labels that the model misreads, [N] in [0, 1]."""
    right = np.asarray(correct(labels, predict_logits(model, images)))
    return 1 - right.reshape(len(labels), -1).mean(1)


def underline(images: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Images [N, H, W, 3] in [-1, 1], each with a red line below, `shares` [N] of its width."""
    height, width = images.shape[1:3]
    under = np.arange(height) >= height - max(1, height // 16)
    within = np.arange(width) < width * np.asarray(shares)[:, None]
    return np.where((under[:, None] & within[:, None, :])[..., None], RED, images)


def report(model: keras.Model, domains: Sequence[Domain], held_out: Sequence[Domain]) -> dict:
    """Accuracy on the held-out images of each domain, printed and as a dict.

    Beside it stands what always answering the commoner label reaches, and for attributes the
    same of each.
    """
    accuracies = {}
    for trained_on, d in zip(domains, held_out, strict=True):
        rates, common = per_label_accuracy(model, d), commonest_share(d)
        found = {"accuracy": round(float(np.mean(rates)), 4),
                 "always_the_commonest": round(float(np.mean(common)), 4),
                 "held_out_images": len(d), "trained_on_images": len(trained_on)}
        print(f"{d.name}: {100 * found['accuracy']:.1f} % of {len(d)} held-out images, learned "
              f"from {len(trained_on)} (always the commonest: {100 * np.mean(common):.1f} %)")
        if d.attributes:
            found["attributes"] = {name: {"accuracy": round(float(rate), 4),
                                          "always_the_commonest": round(float(share), 4)}
                                   for name, rate, share
                                   in zip(d.attributes, rates, common, strict=True)}
            for name, each in found["attributes"].items():
                print(f"    {name}: {100 * each['accuracy']:.1f} % "
                      f"({100 * each['always_the_commonest']:.1f} %)")
        accuracies[d.name] = found
    return {"classifier": accuracies}


def commonest_share(domain: Domain) -> np.ndarray:
    """Share of the commonest class, or of the commoner value of each attribute."""
    labels = domain.known_labels
    if domain.attributes:
        yes = labels.mean(0)
        return np.maximum(yes, 1 - yes)
    return np.bincount(labels).max() / len(labels)


def evaluate_classifier(run: str | Path, config: Config) -> dict:
    """`report` of the newest checkpoint of a classifier's run. Raises UserError without one."""
    domains, held_out = load_domains(config), load_domains(config, "test")
    model = model_for(config, domains)
    if not restore_part(Path(run) / "checkpoints", {"model": model.variables}):
        raise UserError(f"{run} has no checkpoint yet; train on with --run {run}")
    return report(model, domains, held_out)
