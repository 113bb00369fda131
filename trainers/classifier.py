"""Classifiers: what the semantic loss reads with, and the judge of pair agreement."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from config.requirements import OWN_CLASSIFIER
from config.sections import Config
from data.augment import add_noise, augment, parse_augmentations
from data.batches import Batches
from data.domain import Domain
from data.resident import keep_on_device
from framework.cache import cache_folder, file_name
from framework.checkpoint import save_model
from framework.devices import compiled, in_strategy_scope, only_gpu
from framework.errors import UserError
from framework.files import write_text
from framework.notice import announced
from framework.pixels import to_unit_tensor
from framework.progress import progress
from framework.random import Random
from framework.tensors import Tensor
from losses.classification import correct, cross_entropy
from nets.architectures import CLASSIFIERS
from nets.classifier import build_classifier
from nets.precision import copy_in_precision
from nets.saved import read_chain
from trainers.optimizers import optimizer_state

ITERATIONS = 1500
BATCH_SIZE = 64
LEARNING_RATE = 1e-3
ACCURACIES = ".json"            # the suffix of the file beside a classifier's


class ClassifierTrainer:
    """One iteration: a step of `optimizer` on the cross entropy over the domains' mixed batches.

    model: images [B, H, W, C] to logits [B, classes]. Every image gets normal noise of its own
    standard deviation, uniform in [0, `noise`): what a classifier reads through noise it reads
    by its strokes, and so the gradient that it hands to a generator moves strokes (not in the
    thesis). views: names of random changes (`data.augment`), which come before the noise.
    """

    def __init__(self, model: keras.Model, optimizer: keras.optimizers.Optimizer,
                 noise: float = 0.0, views: Sequence[str] = (), seed: int = 0):
        self.model, self.optimizer = model, optimizer
        self.noise, self.views, self.seed = noise, views, seed
        optimizer.build(model.trainable_variables)

    def state(self) -> dict[str, list]:
        return {"model": self.model.variables} | optimizer_state("optimizer", self.optimizer)

    def iterate(self, iteration: Tensor, batch: Any) -> dict[str, Tensor]:
        """batch: (images, labels), K tensors [1, B, H, W, C] and K tensors [1, B(, classes)]."""
        images = tf.concat([to_unit_tensor(x[0]) for x in batch[0]], 0)
        random = Random(self.seed, iteration)
        images = augment(images, self.views, random, parts=len(batch[0]))
        images = add_noise(images, self.noise, random, parts=len(batch[0]))
        labels = tf.concat([y[0] for y in batch[1]], 0)
        with tf.GradientTape() as tape:
            logits = self.model(images, training=True)
            loss = cross_entropy(labels, logits)
            scaled = self.optimizer.scale_loss(loss)
        variables = self.model.trainable_variables
        self.optimizer.apply(tape.gradient(scaled, variables), variables)
        return {"loss": loss, "accuracy": ops.mean(correct(labels, logits))}

    def export(self, folder: Path) -> None:
        """Writes the classifier, which gives logits, for `--classifier_path`."""
        save_model(folder / "classifier.keras", self.model)


@lru_cache(maxsize=4)
def inference_fn(model: keras.Model) -> Callable:
    """`model` in inference mode, compiled once for any number of images in [-1, 1]."""
    images = tf.TensorSpec([None, *model.input_shape[1:]])
    return compiled(lambda x: model(x, training=False)).get_concrete_function(images)


def predict_logits(model: keras.Model, images: np.ndarray, batch_size: int = 500) -> np.ndarray:
    """The model's logits [N, classes] of stored images (uint8) or of images in [-1, 1]."""
    order = np.arange(len(images))
    parts = [order[i:i + batch_size] for i in range(0, len(order), batch_size)]
    return np.concatenate([inference_fn(model)(to_unit_tensor(tf.constant(images[part]))).numpy()
                           for part in parts])


def per_label_accuracy(model: keras.Model, domain: Domain) -> np.ndarray:
    """Share of a domain's images read as labelled: a scalar, or one for each attribute."""
    logits = predict_logits(model, domain.images)
    return np.mean(correct(domain.labels, logits), 0)


def accuracy(model: keras.Model, domain: Domain) -> float:
    """Share of a domain's labels that the model reads rightly, in [0, 1]."""
    return float(np.mean(per_label_accuracy(model, domain)))


def labelled_batches(domains: Sequence[Domain], batch_size: int,
                     seed: int) -> Callable[[int], tuple]:
    """A function of the iteration: (images, labels), `batch_size` of each domain."""
    batches = Batches(keep_on_device(domains, only_gpu()), batch_size, 1, seed)
    return lambda i: (batches(i), batches.labels(i))


def check_labels(domains: Sequence[Domain]) -> None:
    """Raises UserError unless all domains are labelled, with the same classes."""
    for d in domains:
        if d.labels is None:
            raise UserError(f"{d.name} has no labels, so no classifier can learn it")
        if (d.classes, d.attributes) != (domains[0].classes, domains[0].attributes):
            raise UserError(f"{domains[0].name} has {domains[0].classes} classes and {d.name} "
                            f"{d.classes}; one classifier needs the same classes in both")


def train_classifier(domains: Sequence[Domain], *, seed: int = 0, table: str = "quick",
                     noise: float = 0.0, views: Sequence[str] = (), iterations: int = ITERATIONS,
                     batch_size: int = BATCH_SIZE, lr: float = LEARNING_RATE) -> keras.Model:
    """A classifier of the mixture of labelled `domains`, batch_size images of each a step.

    Adam, the learning rate falling from `lr` to 0 along a cosine. noise, views: see
    `ClassifierTrainer`.
    """
    keras.utils.set_random_seed(seed)
    model = build_classifier(domains[0].images.shape[1:], domains[0].known_classes, table)
    schedule: Any = keras.optimizers.schedules.CosineDecay(lr, iterations)
    trainer = ClassifierTrainer(model, keras.optimizers.Adam(schedule), noise, views, seed)
    step = compiled(trainer.iterate)
    batches = labelled_batches(domains, min(batch_size, *map(len, domains)), seed)
    with progress(iterations, "classifier", "iterations") as bar:
        for i in range(iterations):
            step(tf.constant(np.int64(i)), batches(i))
            bar.update()
    return model


def train_once(domains: Sequence[Domain], held_out: Callable[[], Sequence[Domain]], *,
               seed: int = 0, table: str = "quick", noise: float = 0.0, views: Sequence[str] = (),
               iterations: int = ITERATIONS,
               lr: float = LEARNING_RATE) -> tuple[keras.Model, dict[str, float]]:
    """A classifier of `domains` from the cache, or trained now and kept there.

    Says which, with its accuracy on `held_out()` (the same domains' held-out images), which is
    kept beside it: they are loaded where it is not known yet. The file's name follows from the
    domains, their labels and the training's settings.
    Raises UserError as `check_labels`. Returns (model, accuracies per domain).
    """
    check_labels(domains)
    name = file_name(domains, table, iterations, BATCH_SIZE, seed, noise, lr, *views)
    path = cache_folder() / "classifiers" / f"{name}.keras"
    model, place = cached_classifier(path, domains[0], table), "found in"
    accuracies = None if model is None else kept_accuracies(path, domains)
    if model is None:
        print(f"training a classifier of {', '.join(d.name for d in domains)} "
              f"({iterations} iterations)", flush=True)
        model = train_classifier(domains, seed=seed, table=table, noise=noise, views=views,
                                 iterations=iterations, lr=lr)
        place = "kept in" if keep_classifier(path, model) else "not kept in"
    if accuracies is None:
        with announced("measuring the classifier on held-out images"):
            accuracies = {d.name: accuracy(model, d) for d in held_out()}
        with suppress(OSError):             # else they are measured again
            write_text(path.with_suffix(ACCURACIES), json.dumps(accuracies) + "\n")
    figures = ", ".join(f"{name} {100 * a:.1f} %" for name, a in accuracies.items())
    print(f"classifier {place} {path}: accuracy on held-out {figures}")
    return model, accuracies


def kept_accuracies(path: Path, domains: Sequence[Domain]) -> dict[str, float] | None:
    """What is kept beside the classifier in the file `path`: its accuracy on held-out images of
    each of the domains it has learned; None where that is not known."""
    try:
        kept = json.loads(path.with_suffix(ACCURACIES).read_text(encoding="utf-8"))
        shares = {d.name: kept[d.name] for d in domains}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    known = all(isinstance(share, float) and 0 <= share <= 1 for share in shares.values())
    return shares if known else None


def cached_classifier(path: Path, domain: Domain, table: str) -> keras.Model | None:
    """The classifier in the file `path`, or None where it is none of `table` for the domain's
    images and classes; says so where there is a file."""
    if not path.exists():
        return None
    try:
        model, _ = read_chain(path, {table: CLASSIFIERS.find(table)}, "classifier")
        if (model.input_shape[1:], model.output_shape[-1]) == (tuple(domain.images.shape[1:]),
                                                              domain.classes):
            return model
        reason = "it is of other images"
    except UserError as error:
        reason = str(error)
    print(f"{path} is not used: {reason}")
    return None


def keep_classifier(path: Path, model: keras.Model) -> bool:
    """Writes the classifier to `path`; says why not, and returns False, where that fails: it
    serves this run all the same."""
    try:
        save_model(path, model)
        return True
    except OSError as error:
        print(f"the classifier cannot be kept in {path.parent}: {error.strerror or error}; "
              "SCOGAN_CACHE names another folder")
        return False


def labelled_domains(domains: Sequence[Domain]) -> list:
    """Those of the domains that have labels."""
    return [d for d in domains if d.labels is not None]


def frozen_classifier(config: Config, domains: Sequence[Domain],
                      held_out: Callable[[], Sequence[Domain]]) -> keras.Model:
    """The frozen classifier that the semantic loss reads with: a given file, or a cached one
    that has learned the labelled domains, which may be one of them (section 4.2.1). It computes
    in the run's precision, whatever it was trained in.

    held_out: a function to the same domains' held-out images, which are asked for only where the
    accuracy of a classifier is to be measured. Raises UserError for a file that cannot be read or
    does not fit the images.
    """
    coupling = config.coupling
    if coupling.classifier_path:
        model = load_classifier(coupling.classifier_path, labelled_domains(domains) or domains)
    else:
        learned, epochs = labelled_domains(domains), coupling.classifier_epochs
        length = {"iterations": max(1, epochs * max(map(len, learned)) // BATCH_SIZE)}
        model, _ = train_once(
            learned, lambda: labelled_domains(held_out()), seed=config.experiment.seed,
            table=config.nets.classifier, noise=coupling.classifier_noise,
            views=parse_augmentations(coupling.classifier_augment), **(length if epochs else {}))
    model = in_strategy_scope(copy_in_precision)(model, config.device.precision)
    model.trainable = False
    return model


def load_classifier(path: str | Path, domains: Sequence[Domain]) -> keras.Model:
    """The classifier in the file `path`, of one of the tables (`nets.saved`). Raises UserError
    unless it takes the domains' images to as many classes as they have; without labels to any
    number."""
    try:
        model, squashed = read_chain(path, CLASSIFIERS, "classifier")
    except UserError as error:
        raise UserError(f"cannot read --classifier_path {path}: {error}") from error
    if squashed:
        print("the classifier gives probabilities; its logits are read")
    shape, classes = domains[0].images.shape[1:], domains[0].classes or model.output_shape[-1]
    if (model.input_shape[1:], model.output_shape[-1]) != (shape, classes):
        raise UserError(f"--classifier_path {path} takes {model.input_shape[1:]} to "
                        f"{model.output_shape[-1]} classes, the data are {shape} of {classes}")
    return model


@contextmanager
def untrained_classifier(config: Config, domains: Sequence[Domain]) -> Iterator[Config]:
    """`config`, while the context lasts with the file of a classifier of random weights where a
    term reads with one that the run would train."""
    if not OWN_CLASSIFIER.met(config.values()):
        yield config
        return
    classes = config.coupling.clusters or labelled_domains(domains)[0].known_classes
    with TemporaryDirectory() as folder:
        path = Path(folder) / "classifier.keras"
        save_model(path, build_classifier(domains[0].images.shape[1:], classes,
                                          config.nets.classifier))
        yield config.with_options(classifier_path=str(path))
