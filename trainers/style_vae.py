"""`--gan_type style_vae`: variational style transfer (Schopohl and Fuchsgruber 2019), and plain
AdaIN (Huang and Belongie 2017) where `--no-style_variance` takes the variance away.
"""

import tensorflow as tf
from keras import ops

from framework.checkpoint import save_model
from framework.devices import compiled, gathered, in_strategy_scope, replica_rows
from framework.plots import enlargement, image_grid
from framework.random import Random
from losses.perceptual import content_loss, style_loss
from losses.style import disentanglement, kl_to_normal, moments_loss
from nets.adain import adaptive_instance_norm
from nets.stylist import stylist_for
from nets.vgg import layers_of
from trainers.gan import all_variables, to_float, trained_variables
from trainers.inverse import pairs_of, shown
from trainers.kinds import TRAINERS, Training
from trainers.optimizers import optimizer_state, scaling_optimizer
from trainers.perceptual import perception


class StyleTrainer:
    """One iteration: a step along the weighted sum of a stylist's terms.

    stylist: of `nets.stylist`; its nets are trained. look: images to a dict of features by
    layer, never trained. weights: of the terms, by name. warmup: iterations over which the
    weight of "kl" rises. What the terms are, the subclasses say.
    """

    def __init__(self, stylist, look, optimizer, *, weights, content_layers, style_layers,
                 warmup=0, seed=0):
        self.stylist, self.look, self.optimizer = stylist, look, optimizer
        self.weights, self.warmup, self.seed = weights, warmup, seed
        self.content_layers, self.style_layers = content_layers, style_layers
        self.variables = trained_variables(stylist.nets.values())
        optimizer.build(self.variables)

    def state(self) -> dict[str, list]:
        return {"stylist": all_variables(self.stylist.nets.values()),
                **optimizer_state("optimizer", self.optimizer)}

    def iterate(self, iteration, batch):
        """batch: photographs and paintings, each uint8 [1, B, H, W, 3]."""
        photos, paintings = (to_float(images[0]) for images in batch)
        with tf.GradientTape() as tape:
            terms = self.terms(photos, paintings, Random(self.seed, iteration))
            weighted = {f"weighted/{name}": self.weight(name, iteration) * value
                        for name, value in terms.items()}
            loss = sum(weighted.values())
            scaled = self.optimizer.scale_loss(loss)
        self.optimizer.apply(tape.gradient(scaled, self.variables), self.variables)
        return {"loss": loss} | terms | weighted

    def weight(self, name: str, iteration):
        """The weight of a term at an iteration."""
        if name != "kl" or not self.warmup:
            return self.weights[name]
        return self.weights[name] * tf.minimum(1.0, tf.cast(iteration, tf.float32) / self.warmup)

    def export(self, folder):
        """Writes the nets, one file each; they load without this project."""
        for name, net in self.stylist.nets.items():
            save_model(folder / f"{name}.keras", net)


class VariationalTrainer(StyleTrainer):
    """content: sum over layers of ||f(y) - f(c)||^2 / (C H W), y being c in the style of s.
    style: sum over layers of ||G(y) - G(s)||^2 / C^2, Gram matrices divided by H W. kl: of the
    style's distribution from N(0, 1). disentangle, where it has a weight: of two photographs in
    one style (`losses.style.disentanglement`). All are means over the batch.
    """

    def terms(self, photos, paintings, random) -> dict:
        mean, log_variance = self.stylist.distribution(paintings)
        code = mean + ops.exp(0.5 * log_variance) * random.normal(tf.shape(mean))
        content = self.stylist.content(photos)
        made = self.stylist.image(content, code)
        seen, wanted, painted = (self.look(images) for images in (made, photos, paintings))
        terms = {"content": sum(content_loss(seen[n], wanted[n]) for n in self.content_layers),
                 "style": sum(style_loss(seen[n], painted[n]) for n in self.style_layers),
                 "kl": kl_to_normal(mean, log_variance)}
        if self.weights["disentangle"]:
            turned = replica_rows(tf.roll(gathered(content), 1, axis=0))
            other = self.stylist.image(turned, code)
            terms["disentangle"] = disentanglement(
                self.stylist.style(made), self.stylist.style(other), mean)
        return terms


class PlainTrainer(StyleTrainer):
    """content: ||f(g(t)) - t||^2 with t = AdaIN(f(c), f(s)), f being the one content layer.
    style: sum over layers of the squared differences of means and deviations. Means throughout.
    """

    def terms(self, photos, paintings, random) -> dict:
        (layer,) = self.content_layers
        painted = self.look(paintings)
        target = tf.stop_gradient(adaptive_instance_norm(self.stylist.content(photos),
                                                         painted[layer]))
        seen = self.look(self.stylist.decode(target))
        return {"content": content_loss(seen[layer], target),
                "style": sum(moments_loss(seen[n], painted[n]) for n in self.style_layers)}


def sample_picture(stylist, config, domains):
    """A function that draws, in rows: photographs, paintings, each photograph in the style of
    the painting above it and, if styles are variational, in a style drawn from the prior."""
    photos, paintings = shown(config, domains)
    transfer = compiled(lambda c, s: stylist.image(stylist.content(c), stylist.style(s)))
    drawn = compiled(lambda c, code: stylist.image(stylist.content(c), code))
    codes = stylist.latent_dim and Random(config.seed, -1).normal(
        [len(photos), stylist.latent_dim])
    scale = enlargement(photos.shape[1])

    def draw():
        rows = [photos, paintings, transfer(photos, paintings)]
        rows += [drawn(photos, codes)] if stylist.latent_dim else []
        return image_grid(rows, len(photos), scale)
    return draw


@TRAINERS.register("style_vae")
@in_strategy_scope
def training(config, domains) -> Training:
    """Style transfer from the second of `domains` to the first, for the loop.

    Raises UserError for VGG's weights or layers that cannot be had.
    """
    stylist = stylist_for(config)
    optimizer = scaling_optimizer(config, config.lr, config.weight_decay or None)
    trainer = (VariationalTrainer if config.style_variance else PlainTrainer)(
        stylist, perception(config, domains[0].images.shape[1:]), optimizer,
        weights={"content": config.content_weight, "style": config.style_weight,
                 "kl": config.kl_weight, "disentangle": config.disentangle_weight},
        content_layers=layers_of(config.content_layers),
        style_layers=layers_of(config.style_layers), warmup=config.kl_warmup, seed=config.seed)
    return Training(trainer, pairs_of(config, domains), sample_picture(stylist, config, domains))
