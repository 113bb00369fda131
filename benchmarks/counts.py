"""The arithmetic of a run's iteration, from its options: its tables given to `benchmarks.work`."""

from benchmarks import work
from config.checks import perceptual_layers
from config.kinds import has
from config.sections import Config
from nets.architectures import (
    CLASSIFIERS,
    DISCRIMINATORS,
    GENERATORS,
    Row,
    replace_norms,
    use_resize_convolutions,
    widen,
)
from nets.architectures.encoders import LATENT_ENCODER
from nets.vgg import FILTERS, layers_down_to
from penalties.couplings import READ_CLASSES


def work_of(config: Config, domains: int, shape, classes: int,
            padding: bool = True) -> dict[str, int]:
    """FLOP of an iteration by its parts. shape: of the images; classes: of their labels;
    padding: whether products with its zeros count."""
    told, loss = classes if config.nets.conditional else 0, config.loss
    batch_size, coupling = config.training.batch_size, config.coupling
    generators = _generators(config, domains, shape, told, padding)
    scaled = loss.gradient_scale != "none"
    critics = has(config.experiment.gan_type, "discriminators")
    return work.iteration(
        batch_size, domains, generators,
        _critic(config, shape, told, padding) if critics else work.NOTHING,
        config.training.discriminator_steps if critics else 0,
        penalties=(loss.disc_penalty != "none") + scaled, scaled=scaled,
        real_scores=loss.loss == "mmd", real_features=coupling.style_weight > 0,
        **_readers(config, shape, classes, told, padding))


def _generators(config: Config, domains, shape, told, padding) -> work.Net:
    from nets.architectures import architecture
    from trainers.coupled import shared_rows

    nets = config.nets
    chosen = architecture(GENERATORS, nets.generator, shape)
    table = widen(chosen.table, nets.width)
    table = use_resize_convolutions(table) if nets.upsampling == "resize" else table
    shared = shared_rows(nets.shared_generator, config.experiment.gan_type, chosen.shared)
    return work.joint(table, config.training.latent_dim + told, domains, shared, padding)


def _critic(config: Config, shape, told, padding) -> work.Net:
    """Whether its batch norm has become layer norm makes no difference here."""
    from nets.architectures import architecture
    from trainers.objectives import discriminator_outputs

    nets, loss = config.nets, config.loss
    table = architecture(DISCRIMINATORS, nets.discriminator, shape).table
    norm = None if nets.discriminator_norm in ("auto", "table") else nets.discriminator_norm
    table = replace_norms(widen(table, nets.width_d or nets.width), norm)
    net = work.net(work.ending(table, discriminator_outputs(loss, nets)),
                   (*shape[:-1], shape[-1] + told), padding)
    return net._replace(curved=net.curved or loss.loss == "mmd")   # a kernel is a curve


def _readers(config: Config, shape, classes, told, padding) -> dict[str, work.Net]:
    """What the couplings read images with."""
    found, coupling, nets = {}, config.coupling, config.nets
    if coupling.cycle_weight > 0:
        table = widen(LATENT_ENCODER, nets.width)
        found["encoder"] = work.ending(table, config.training.latent_dim + told), shape
    if any(getattr(coupling, name) > 0 for name in READ_CLASSES):
        found["classifier"] = work.ending(CLASSIFIERS[nets.classifier].table, classes), shape
    if layers := perceptual_layers(coupling):
        sides = (coupling.vgg_resize,) * 2 if coupling.vgg_resize else shape[:2]
        found["features"] = vgg_table(layers, coupling.vgg), (*sides, 3)
    return {name: work.net(table, seen, padding) for name, (table, seen) in found.items()}


def vgg_table(layers, net: str) -> tuple[Row, ...]:
    """The rows of VGG down to the deepest of `layers`."""
    rows = []
    for name in layers_down_to(layers, net):
        if name.endswith("pool"):
            rows[-1] = rows[-1]._replace(pool=2)
        else:
            rows.append(Row("conv", FILTERS[int(name[len("block")]) - 1], 3, activation="relu"))
    return tuple(rows)
