"""`--gan_type inverse_net`: the inverse network of style swap (Chen's thesis, section 4.3)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from config.sections import Config
from data.batches import Batches
from data.domain import Domain
from framework.checkpoint import save_model
from framework.devices import compiled, gathered, in_strategy_scope, replica_and_count
from framework.grid import enlargement, image_grid
from framework.pixels import to_unit, to_unit_tensor
from framework.tensors import Tensor
from losses.perceptual import content_loss
from losses.style import variation_of_levels
from nets.architectures.style import CHANNELS, INVERTED, PADDING
from nets.inverse import build_inverse, squares, window
from nets.swap import style_swap
from nets.vgg import VGGFeatures
from trainers.kinds import TRAINERS, Picture, Training
from trainers.optimizers import optimizer_state, scaling_optimizer

PATCH_SIZE = 3                  # of the swaps that a network learns from


class InverseTrainer:
    """One iteration: a step along eq. 4.7 on the activations of photographs and paintings and,
    where `swapped`, on those of every photograph in the style of every painting.

    net: activations [B, h, w, 256] -> images [B, 4h, 4w, 3] in [-1, 1]; one that repaints reads
    the style's pixels behind them, and learns from swapped activations alone. vgg: images -> a
    list of those activations; it is never trained. tv_weight: lambda, in the units of
    `losses.style.variation_of_levels`.
    """

    def __init__(self, net: keras.Model, vgg: VGGFeatures,
                 optimizer: keras.optimizers.Optimizer, *, tv_weight: float = 1e-6,
                 swapped: bool = True):
        self.net, self.vgg, self.optimizer = net, vgg, optimizer
        self.tv_weight, self.swapped = tv_weight, swapped
        self.repaints = net.input_shape[-1] > CHANNELS
        optimizer.build(net.trainable_variables)
        self.draw = compiled(lambda activations: net(activations, training=False))

    def state(self) -> dict[str, list]:
        return {"inverse": self.net.variables} | optimizer_state("optimizer", self.optimizer)

    def iterate(self, iteration: Tensor, batch: Any) -> dict[str, Tensor]:
        """batch: photographs and paintings, each uint8 [1, B, H, W, 3]."""
        photos, paintings = (to_unit_tensor(images[0]) for images in batch)
        targets = tf.stop_gradient(inversion_targets(self.vgg, photos, paintings, self.swapped,
                                                     self.repaints))
        with tf.GradientTape() as tape:
            terms = inversion_terms(self.net(targets, training=True), targets[..., :CHANNELS],
                                    self.vgg, self.tv_weight * replica_and_count()[1])
            loss: Tensor = sum(terms.values())
            scaled = self.optimizer.scale_loss(loss)
        variables = self.net.trainable_variables
        self.optimizer.apply(tape.gradient(scaled, variables), variables)
        return {"loss": loss} | terms

    def export(self, folder: Path) -> None:
        """Writes the network, of activations to images, as one file."""
        save_model(folder / "inverse.keras", self.net)


def inversion_terms(images: Tensor, targets: Tensor, vgg: VGGFeatures,
                    tv_weight: float) -> dict:
    """The two terms of eq. 4.7 for `images` [B, H, W, 3] and target activations H [B, h, w, C].

    "activations": mean of (Phi(images) - H)^2 over the batch and all entries; "variation":
    tv_weight times the total variation of the batch, a sum. The units of the thesis's code, to
    which its lambda = 1e-6 belongs.
    """
    return {"activations": content_loss(vgg(images)[0], targets),
            "variation": tv_weight * variation_of_levels(images)}


def inversion_targets(vgg: VGGFeatures, photos: Tensor, paintings: Tensor, swapped: bool,
                      repaints: bool = False) -> Tensor:
    """The activations that the network inverts: those of the photographs [B, H, W, 3], of the
    paintings and, where `swapped`, of all B x B pairs swapped, in the order of the
    photographs. On several devices each takes its photographs with the paintings of all.
    repaints: the pairs alone, and behind the activations of each the painting's pixels, which the
    swap carries (`nets.inverse.squares`)."""
    contents, styles = vgg(photos)[0], vgg(paintings)[0]
    if repaints:
        return ops.concatenate(swap_all_pairs(contents, gathered(styles),
                                              gathered(squares(paintings))))
    pairs = swap_all_pairs(contents, gathered(styles)) if swapped else []
    return ops.concatenate([contents, styles, *pairs])


def swap_all_pairs(contents: Tensor, styles: Tensor, carried: Tensor | None = None) -> list:
    """Every content activation [h, w, C] swapped with every style activation: B x B' tensors
    [1, h, w, C]. carried: further channels of the styles, see `style_swap`."""
    return [swap_pair(contents, i, styles, j, carried)
            for i in range(contents.shape[0]) for j in range(styles.shape[0])]


def swap_pair(contents: Tensor, i: int, styles: Tensor, j: int, carried: Tensor | None) -> Tensor:
    """The i-th of the content activations swapped with the j-th of the styles."""
    if carried is None:
        return style_swap(contents[i:i + 1], styles[j:j + 1])
    return style_swap(contents[i:i + 1], styles[j:j + 1], PATCH_SIZE, carried=carried[j:j + 1],
                      window=window(PATCH_SIZE))


def pair_batches(config: Config,
                 domains: Sequence[Domain]) -> Callable[[int], tuple[np.ndarray, ...]]:
    """A function of the iteration to photographs and paintings, each uint8 [1, B, H, W, 3], cut
    at random to `--crop` unless that is 0."""
    batches = Batches(tuple(domains), config.training.batch_size, 1, config.experiment.seed)
    if not config.style.crop:
        return batches

    def cut(iteration):
        rng = np.random.default_rng([config.experiment.seed, len(domains), iteration])
        return tuple(crop_at_random(images, config.style.crop, rng)
                     for images in batches(iteration))
    return cut


def crop_at_random(images: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """A square of `size` pixels from a place of its own in each of the images
    [1, B, H, W, 3]."""
    _, count, height, width, _ = images.shape
    top = rng.integers(0, height - size + 1, count)
    left = rng.integers(0, width - size + 1, count)
    return np.stack([image[y:y + size, x:x + size]
                     for image, y, x in zip(images[0], top, left, strict=True)])[None]


def shown_images(domains: Sequence[Domain], count: int) -> list[np.ndarray]:
    """The photographs and paintings of every sample picture, two arrays [count, H, W, 3] in
    [-1, 1]: the first of each domain, begun again where it has fewer."""
    places = np.arange(count)
    return [to_unit(d.images[places % len(d)]) for d in domains]


def sample_picture(trainer: InverseTrainer, config: Config, domains: Sequence[Domain]) -> Picture:
    """A function that draws, in rows: photographs, the network's inverse of their activations,
    paintings, the inverse of theirs, and of both swapped; without the inverses of what is not
    swapped if it repaints."""
    photos, paintings = shown_images(domains, config.output.sample_columns)
    contents, styles = (trainer.vgg(images)[0] for images in (photos, paintings))
    carried = squares(tf.constant(paintings)) if trainer.repaints else None
    both = ops.concatenate([swap_pair(contents, i, styles, i, carried)
                            for i in range(len(photos))])
    scale = enlargement(photos.shape[1])

    def draw():
        rows = ([photos, paintings] if trainer.repaints else
                [photos, trainer.draw(contents), paintings, trainer.draw(styles)])
        return image_grid([*rows, trainer.draw(both)], len(photos), scale)
    return draw


def net_for(config: Config) -> keras.Model:
    """The run's inverse network, built anew; its weights follow from the seed."""
    keras.utils.set_random_seed(config.experiment.seed)
    style = config.style
    return build_inverse(config.nets.width, config.device.precision, PADDING[style.padding],
                         None if style.inverse_norm == "none" else style.inverse_norm,
                         style.repaint)


def activations(config: Config) -> VGGFeatures:
    """VGG to the layer that the network inverts, with the run's weights."""
    return VGGFeatures([INVERTED], config.coupling.vgg_weights, precision=config.device.precision)


@TRAINERS.register("inverse_net")
@in_strategy_scope
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """The inverse network of the two `domains`, photographs and paintings, for the loop."""
    net, vgg = net_for(config), activations(config)
    optimizer = scaling_optimizer(config.training, config.training.lr, config.device.precision,
                                  config.training.weight_decay or None)
    trainer = InverseTrainer(net, vgg, optimizer, tv_weight=config.style.tv_weight,
                             swapped=config.style.swapped)
    return Training(trainer, pair_batches(config, domains),
                    sample_picture(trainer, config, domains))
