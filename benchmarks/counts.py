"""The arithmetic of a run's iteration, from its options: its tables given to `benchmarks.work`."""

from benchmarks import work
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
from nets.vgg import FILTERS, layers_down_to, layers_in_use


def work_of(config, domains: int, shape, classes: int, padding: bool = True) -> dict[str, int]:
    """FLOP of an iteration by its parts. shape: of the images; classes: of their labels;
    padding: whether products with its zeros count."""
    told = classes if config.conditional else 0
    generators = _generators(config, domains, shape, told, padding)
    if config.gan_type == "gmmn":
        return work.iteration(config.batch_size, domains, generators, work.NOTHING, 0)
    scaled = config.gradient_scale != "none"
    return work.iteration(
        config.batch_size, domains, generators, _critic(config, shape, told, padding),
        config.discriminator_steps, penalties=(config.disc_penalty != "none") + scaled,
        scaled=scaled,
        real_scores=config.loss == "mmd", real_features=config.style_weight > 0,
        **_readers(config, shape, classes, told, padding))


def _generators(config, domains, shape, told, padding) -> work.Net:
    from trainers.coupled import architecture, shared_rows

    chosen = architecture(GENERATORS, config.generator, shape)
    table = widen(chosen.table, config.width)
    table = use_resize_convolutions(table) if config.upsampling == "resize" else table
    shared = shared_rows(config.shared_generator, config.gan_type, chosen.shared)
    return work.joint(table, config.latent_dim + told, domains, shared, padding)


def _critic(config, shape, told, padding) -> work.Net:
    """Whether its batch norm has become layer norm makes no difference here."""
    from trainers.coupled import architecture
    from trainers.objectives import discriminator_outputs

    table = architecture(DISCRIMINATORS, config.discriminator, shape).table
    norm = None if config.discriminator_norm in ("auto", "table") else config.discriminator_norm
    table = replace_norms(widen(table, config.width_d or config.width), norm)
    net = work.net(work.ending(table, discriminator_outputs(config)),
                   (*shape[:-1], shape[-1] + told), padding)
    return net._replace(curved=net.curved or config.loss == "mmd")   # a kernel is a curve


def _readers(config, shape, classes, told, padding) -> dict[str, work.Net]:
    """What the couplings read images with."""
    found = {}
    if config.cycle_weight > 0:
        table = widen(LATENT_ENCODER, config.width)
        found["encoder"] = work.ending(table, config.latent_dim + told), shape
    if config.semantic_weight > 0 or config.balance_weight > 0:
        found["classifier"] = work.ending(CLASSIFIERS[config.classifier].table, classes), shape
    if layers := layers_in_use(config):
        sides = (config.vgg_resize,) * 2 if config.vgg_resize else shape[:2]
        found["features"] = vgg_table(layers, config.vgg), (*sides, 3)
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
