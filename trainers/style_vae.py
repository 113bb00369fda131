"""`--gan_type style_vae`: variational style transfer (Schopohl and Fuchsgruber 2019); and where
`--no-style_variance` takes the variance away, plain AdaIN (Huang and Belongie 2017) or a learned
linear transformation (Li et al. 2018).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from config.sections import Config
from data.augment import augment, parse_augmentations
from data.domain import Domain
from framework.checkpoint import save_model
from framework.devices import compiled, gathered, in_strategy_scope, replica_rows
from framework.grid import enlargement, image_grid
from framework.pixels import to_unit_tensor
from framework.random import Random
from framework.tensors import Tensor
from losses.perceptual import (
    Difference,
    mean_squared_difference,
    relative_squared_difference,
    style_loss,
)
from losses.style import disentanglement, kl_to_normal, moments_loss
from nets.adain import adaptive_instance_norm, build_vgg_encoder
from nets.architectures.style import INVERTED, PADDING
from nets.linear_style import LinearStylist
from nets.palette import palette_of
from nets.style_statistics import build_statistics_encoder
from nets.stylist import PlainStylist, VariationalStylist
from nets.vgg import layers_of
from trainers.balance import ramp
from trainers.inverse import pair_batches, shown_images
from trainers.kinds import TRAINERS, Picture, Training
from trainers.optimizers import optimizer_state, scaling_optimizer
from trainers.perceptual import vgg_features_for
from trainers.variables import all_variables, trained_variables

# --style_statistics: what variational styles compare.
STYLE_TERMS = {"gram": style_loss, "moments": moments_loss}
# --content_target: what the features of a variational result are compared with, from those of the
# photograph and of the painting.
CONTENT_TARGETS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "photograph": lambda photo, painting: photo, "adain": adaptive_instance_norm}


class StyleTrainer:
    """One iteration: a step along the weighted sum of a stylist's terms.

    stylist: of `nets.stylist`; its nets are trained. look: images to a dict of features by
    layer, never trained. weights: of the terms, by name. warmup: iterations over which the
    weight of "kl" rises. difference: of two tensors, by which features and their moments or Gram
    matrices are compared. content_target: of CONTENT_TARGETS. changes: names of random changes of
    the paintings (`data.augment`), each made with change_probability. What the terms are, the
    subclasses say.
    """

    def __init__(self, stylist: Any, look: Callable, optimizer: keras.optimizers.Optimizer, *,
                 weights: dict[str, float], content_layers: Sequence[str],
                 style_layers: Sequence[str], warmup: int = 0, seed: int = 0,
                 difference: Difference = mean_squared_difference,
                 style_term: Callable = style_loss,
                 content_target: Callable = CONTENT_TARGETS["photograph"],
                 changes: Sequence[str] = (), change_probability: float = 1.0):
        self.difference, self.style_term = difference, style_term
        self.content_target = content_target
        self.changes, self.change_probability = changes, change_probability
        self.stylist, self.look, self.optimizer = stylist, look, optimizer
        self.weights, self.warmup, self.seed = weights, warmup, seed
        self.content_layers, self.style_layers = content_layers, style_layers
        self.variables = trained_variables(stylist.nets.values())
        optimizer.build(self.variables)

    def state(self) -> dict[str, list]:
        return {"stylist": all_variables(self.stylist.nets.values()),
                **optimizer_state("optimizer", self.optimizer)}

    def iterate(self, iteration: Tensor, batch: Any) -> dict[str, Tensor]:
        """batch: photographs and paintings, each uint8 [1, B, H, W, 3]."""
        photos, paintings = (to_unit_tensor(images[0]) for images in batch)
        random = Random(self.seed, iteration)
        changed = augment(paintings, self.changes, random, self.change_probability)
        paintings = ops.clip(changed, -1, 1)
        with tf.GradientTape() as tape:
            terms = self.terms(photos, paintings, random)
            weighted = {f"weighted/{name}": self.weight(name, iteration) * value
                        for name, value in terms.items()}
            loss: Tensor = sum(weighted.values())
            scaled = self.optimizer.scale_loss(loss)
        self.optimizer.apply(tape.gradient(scaled, self.variables), self.variables)
        return {"loss": loss} | terms | weighted

    def terms(self, photos: Tensor, paintings: Tensor, random: Random) -> dict[str, Tensor]:
        """The terms by name, scalars. photos, paintings: [B, H, W, 3] in [-1, 1]."""
        raise NotImplementedError

    def colours(self, made: Tensor, paintings: Tensor) -> dict[str, Tensor]:
        """The term "palette", where it has a weight: mean squared difference of the palettes
        (`nets.palette`) of images and paintings. Of pixels in [-1, 1], as no layer of VGG is."""
        if not self.weights["palette"]:
            return {}
        return {"palette": mean_squared_difference(palette_of(made), palette_of(paintings))}

    def weight(self, name: str, iteration: Tensor) -> Tensor:
        """The weight of a term at an iteration."""
        rises = name == "kl" and self.warmup
        return self.weights[name] * ramp(iteration, self.warmup) if rises else self.weights[name]

    def export(self, folder: Path) -> None:
        """Writes the nets, one file each; they load without this project."""
        for name, net in self.stylist.nets.items():
            save_model(folder / f"{name}.keras", net)


class VariationalTrainer(StyleTrainer):
    """content: sum over layers of ||f(y) - f(c)||^2 / (C H W), y being c in the style of s; or
    from AdaIN(f(c), f(s)), as Huang and Belongie (2017, eq. 12) compare (`content_target`).
    style: sum over layers of ||G(y) - G(s)||^2 / C^2, Gram matrices divided by H W, or the
    squared differences of means and deviations (`style_term`). kl: of the style's distribution
    from N(0, 1). disentangle, where it has a weight: of two photographs in one style
    (`losses.style.disentanglement`). All are means over the batch.
    """

    def terms(self, photos: Tensor, paintings: Tensor, random: Random) -> dict[str, Tensor]:
        mean, log_variance = self.stylist.distribution(paintings)
        code = mean + ops.exp(0.5 * log_variance) * random.normal(tf.shape(mean))
        content = self.stylist.content(photos)
        made = self.stylist.image(content, code)
        seen, own, painted = (self.look(images) for images in (made, photos, paintings))
        wanted = {n: self.content_target(own[n], painted[n]) for n in self.content_layers}
        terms = {"content": sum(self.difference(seen[n], wanted[n]) for n in self.content_layers),
                 "style": sum(self.style_term(seen[n], painted[n], self.difference)
                              for n in self.style_layers),
                 "kl": kl_to_normal(mean, log_variance)} | self.colours(made, paintings)
        if self.weights["disentangle"]:
            turned = tuple(replica_rows(tf.roll(gathered(part), 1, axis=0)) for part in content)
            other = self.stylist.image(turned, code)
            terms["disentangle"] = disentanglement(
                self.stylist.style(made), self.stylist.style(other), mean)
        return terms


class PlainTrainer(StyleTrainer):
    """content: ||f(g(t)) - t||^2 with t = AdaIN(f(c), f(s)), f being the one content layer.
    style: sum over layers of the squared differences of means and deviations. Means throughout.
    """

    def terms(self, photos: Tensor, paintings: Tensor, random: Random) -> dict[str, Tensor]:
        (layer,) = self.content_layers
        painted, content = self.look(paintings), self.stylist.content(photos)
        style = self.stylist.style_of(painted[layer], paintings)
        target = tf.stop_gradient(self.stylist.styled(content, style))
        made = self.stylist.drawn(target, content, style)
        seen = self.look(made)
        return {"content": self.difference(seen[layer], target),
                "style": sum(moments_loss(seen[n], painted[n], self.difference)
                             for n in self.style_layers)} | self.colours(made, paintings)


class LinearTrainer(StyleTrainer):
    """content: ||f(y) - f(c)||^2, y being c in the style of s and f the one content layer. style:
    as of `VariationalTrainer`, where the authors' code compares means beside Gram matrices.
    reconstruction, with the content's weight and where no photograph is repainted:
    ||f(g(f(s))) - f(s)||^2, by which the paper trains the decoder g beforehand. Means throughout.
    """

    def terms(self, photos: Tensor, paintings: Tensor, random: Random) -> dict[str, Tensor]:
        (layer,) = self.content_layers
        painted, content = self.look(paintings), self.stylist.content(photos)
        made = self.stylist.image(content, self.stylist.style_of(painted[layer], paintings))
        seen = self.look(made)
        terms = {"content": self.difference(seen[layer], content[0]),
                 "style": sum(self.style_term(seen[n], painted[n], self.difference)
                              for n in self.style_layers)} | self.colours(made, paintings)
        if not self.stylist.repaints:
            again = self.look(self.stylist.decode(painted[layer]))[layer]
            terms["reconstruction"] = self.difference(again, painted[layer])
        return terms

    def weight(self, name: str, iteration: Tensor) -> Tensor:
        """As `StyleTrainer.weight`."""
        return super().weight("content" if name == "reconstruction" else name, iteration)


def stylist_for(config: Config) -> VariationalStylist | PlainStylist:
    """The nets of a run of style_vae, built anew; their weights follow from the seed.

    Raises UserError for VGG's weights or layers that cannot be had.
    """
    keras.utils.set_random_seed(config.experiment.seed)
    width, precision = config.nets.width, config.device.precision
    padding = PADDING[config.style.padding]
    if config.style.style_variance:
        return VariationalStylist(config.training.latent_dim, width, precision, padding,
                                  config.style.repaint, _statistics_encoder(config),
                                  *_vgg_encoder(config))
    coupling = config.coupling
    kind = LinearStylist if config.style.transform == "linear" else PlainStylist
    return kind(coupling.content_layers.strip(), coupling.vgg_weights, coupling.vgg, precision,
                padding, config.style.repaint)


def _statistics_encoder(config: Config) -> keras.Model | None:
    coupling = config.coupling
    if config.style.style_encoder == "conv":
        return None
    return build_statistics_encoder(config.training.latent_dim, layers_of(coupling.style_layers),
                                    coupling.vgg_weights, coupling.vgg, config.device.precision)


def _vgg_encoder(config: Config) -> tuple[keras.Model | None, str | None]:
    """What reads a photograph's content, and its layer, where that is VGG."""
    coupling = config.coupling
    if config.style.content_encoder == "conv":
        return None, None
    return build_vgg_encoder(INVERTED, coupling.vgg_weights, coupling.vgg,
                             config.device.precision), INVERTED


def _trainer_of(stylist: VariationalStylist | PlainStylist) -> type[StyleTrainer]:
    if isinstance(stylist, VariationalStylist):
        return VariationalTrainer
    return LinearTrainer if isinstance(stylist, LinearStylist) else PlainTrainer


def sample_picture(stylist: VariationalStylist | PlainStylist, config: Config,
                   domains: Sequence[Domain]) -> Picture:
    """A function that draws, in rows: photographs, paintings, each photograph in the style of
    the painting above it and, if styles are variational, in a style drawn from the prior."""
    photos, paintings = shown_images(domains, config.output.sample_columns)
    transfer = compiled(lambda c, s: stylist.image(stylist.content(c), stylist.style(s)))
    drawn = compiled(lambda c, code: stylist.image(stylist.content(c), code))
    codes = stylist.latent_dim and Random(config.experiment.seed, -1).normal(
        [len(photos), stylist.latent_dim])
    scale = enlargement(photos.shape[1])

    def draw():
        rows = [photos, paintings, transfer(photos, paintings)]
        rows += [drawn(photos, codes)] if stylist.latent_dim else []
        return image_grid(rows, len(photos), scale)
    return draw


@TRAINERS.register("style_vae")
@in_strategy_scope
def training(config: Config, domains: Sequence[Domain]) -> Training:
    """Style transfer from the second of `domains` to the first, for the loop.

    Raises UserError for VGG's weights or layers that cannot be had.
    """
    training, coupling, style = config.training, config.coupling, config.style
    precision, image_shape = config.device.precision, domains[0].images.shape[1:]
    stylist = stylist_for(config)
    optimizer = scaling_optimizer(training, training.lr, precision, training.weight_decay or None)
    look = vgg_features_for(coupling, precision, image_shape)
    assert look is not None                     # both terms are on: config.checks_style
    trainer = _trainer_of(stylist)(
        stylist, look, optimizer,
        weights={"content": coupling.content_weight, "style": coupling.style_weight,
                 "kl": style.kl_weight, "disentangle": style.disentangle_weight,
                 "palette": style.palette_weight},
        content_layers=layers_of(coupling.content_layers),
        style_layers=layers_of(coupling.style_layers), warmup=style.kl_warmup,
        seed=config.experiment.seed,
        difference=(relative_squared_difference if style.layer_balance
                    else mean_squared_difference),
        style_term=STYLE_TERMS[style.style_statistics],
        content_target=CONTENT_TARGETS[style.content_target],
        changes=parse_augmentations(config.loss.augment),
        change_probability=config.loss.augment_probability)
    return Training(trainer, pair_batches(config, domains),
                    sample_picture(stylist, config, domains))
