"""The arithmetic of a run's iteration, from its options: its tables given to `benchmarks.work`."""

from benchmarks import work
from config.checks import perceptual_layers
from config.kinds import has
from config.sections import Config
from config.tables import discriminator_tables, generator_tables
from nets.architectures import (
    CLASSIFIERS,
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
    critics = (_critics(config, domains, shape, told, padding)
               if has(config.experiment.gan_type, "discriminators") else [])
    return work.iteration(
        batch_size, domains, generators, critics,
        config.training.discriminator_steps if critics else 0,
        penalties=(loss.disc_penalty != "none") + scaled, scaled=scaled,
        real_scores=loss.loss == "mmd", real_features=coupling.style_weight > 0,
        **_readers(config, shape, classes, told, padding))


def _generators(config: Config, domains, shape, told, padding) -> work.Net:
    nets = config.nets
    chosen, shared = generator_tables(config, domains, shape)
    tables = [widen(each.table, nets.width) for each in chosen]
    if nets.upsampling == "resize":
        tables = [use_resize_convolutions(table) for table in tables]
    return work.joint(tables, config.training.latent_dim + told, shared, padding)


def _critics(config: Config, domains, shape, told, padding) -> list[work.Net]:
    """Whether their batch norm has become layer norm makes no difference here."""
    from trainers.objectives import discriminator_outputs

    nets, loss = config.nets, config.loss
    norm = None if nets.discriminator_norm in ("auto", "table") else nets.discriminator_norm
    found = []
    for each in discriminator_tables(config, domains, shape)[0]:
        table = replace_norms(widen(each.table, nets.width_d or nets.width), norm)
        net = work.net(work.ending(table, discriminator_outputs(loss, nets)),
                       (*shape[:-1], shape[-1] + told), padding)
        found.append(net._replace(curved=net.curved or loss.loss == "mmd"))  # a kernel is a curve
    return found


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
