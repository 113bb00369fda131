"""What a run's nets of likelihood say of images: `evaluate --metrics likelihood`, and the latents
that its own encoder gives."""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from config.run import shown_checkpoint
from data.domain import Domain
from framework.checkpoint import restore_part
from framework.devices import compiled
from framework.errors import UserError
from framework.notice import announced
from framework.random import Random
from losses.flow import bits_per_dimension
from metrics.report import Result
from trainers.conditional import concat_label, one_hot_labels
from trainers.domains import load_domains
from trainers.likelihood import NETS, Likelihood, dimensions, generator_first
from trainers.restore import Sampler

BATCH = 100                     # images that are looked at together


def restored(sampler: Sampler) -> Likelihood:
    """The nets of the run, as its checkpoint holds them: averaged, where it keeps averages."""
    config = sampler.config
    nets = NETS.find(config.experiment.gan_type)(config, sampler.image_shape, sampler.classes)
    kept = "averaged" if config.training.ema else "generators"
    restore_part(shown_checkpoint(sampler.path)[0], {kept: generator_first(nets)})
    return nets


def likelihood(sampler: Sampler, samples: int, seed: int) -> list[Result]:
    """The mean over at most `samples` held-out images, and its standard error, of the
    log-likelihood or bound and of its parts, in nats per image; of pixels also bits per number.

    Noise and draws follow from the seed. Where no images are held out, those of training are
    looked at, and the name says so.
    """
    nets = restored(sampler)
    (domain,), split = of_split(sampler)
    with announced(f"the likelihood of {split} images"):
        rows = rows_of(nets, domain, min(samples, len(domain)), seed, sampler.classes)
    rows = {name: found for name, found in rows.items() if name != "log_determinant"}
    if nets.levels:
        rows["bits"] = bits_per_dimension(rows[nets.value], dimensions(nets))
    of, by = f"{split} {sampler.domains[0]}", f"likelihood ({nets.about()})"
    return [Result(name, of, float(found.mean()), float(found.std(ddof=1) / len(found)**0.5),
                   len(found), by) for name, found in rows.items()]


def of_split(sampler: Sampler) -> tuple[Sequence[Domain], str]:
    """The run's held-out domains and the word for them; those of training where none are."""
    try:
        return load_domains(sampler.config, "test"), "held-out"
    except UserError:
        return load_domains(sampler.config), "training"


def rows_of(nets: Likelihood, domain: Domain, count: int, seed: int,
            classes: int = 0) -> dict[str, np.ndarray]:
    """The rows of `Likelihood.rows`, float64 [count], of as many images of the domain, drawn by the
    seed; batch i of them has the random numbers of (seed, i)."""
    def look(images, label, iteration):
        random = Random(seed, iteration)
        return nets.rows(nets.prepare(images, random), label, random, False)

    chosen = np.random.default_rng(seed).permutation(len(domain))[:count]
    step, found = compiled(look), []
    for i in range(0, count, BATCH):
        some = np.sort(chosen[i:i + BATCH])
        label = one_hot_labels(tf.constant(domain.labels[some])[None], classes)[0] if (
            classes and domain.labels is not None) else None
        found.append(step(tf.constant(domain.images[some]), label, tf.constant(i // BATCH)))
    return {name: np.concatenate([rows[name] for rows in found]).astype(np.float64)
            for name in found[0]}


def own_encoder(sampler: Sampler) -> Callable[..., np.ndarray]:
    """A function of images [N, H, W, C] in [-1, 1] to what the generator reads to draw them; of a
    conditional run with the class under which they are likeliest."""
    nets, classes = restored(sampler), sampler.classes

    def encode(images: np.ndarray, k: int = 0) -> np.ndarray:
        x = tf.constant(images)
        if not classes:
            return np.asarray(nets.encode(x, None))
        codes = tf.eye(classes)
        values = [nets.rows(x, tf.repeat(code[None], len(images), 0), Random(0, 0), False)
                  for code in codes]
        likeliest = tf.argmax([each[nets.value] for each in values], 0)
        label = tf.gather(codes, likeliest)
        return np.asarray(concat_label(nets.encode(x, label), label))
    return encode
