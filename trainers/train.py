"""`main.py` without a command: from resolved options to a finished run folder."""

from data.batches import Batches, prefetched
from framework.plots import enlargement, image_grid, scatter_picture
from framework.random import LATENTS, Random
from framework.run import Run
from trainers import coupled  # noqa: F401  (registers its gan_types)
from trainers.base import fit
from trainers.classifier import frozen_reader
from trainers.domains import describe, load_domains
from trainers.registry import TRAINERS


def grid_latents(config, count: int):
    """The fixed latents [count, latent_dim] of every sample picture of a run."""
    return LATENTS[config.latent](Random(config.seed, -1), [count, config.latent_dim])


def draw_pictures(trainer, config, domains):
    """A function without arguments that draws the trainer's sample picture now.

    Images become the thesis's grid, all rows of one domain above the matching rows of the
    next; the points of a toy set become a scatter with the data under it.
    """
    if domains[0].images.ndim == 2:
        z, data = grid_latents(config, 2000), domains[0].images
        return lambda: scatter_picture(trainer.sample(z)[0], data)
    z = grid_latents(config, config.sample_rows * config.sample_columns)
    scale = enlargement(domains[0].images.shape[1])
    return lambda: image_grid(trainer.sample(z), config.sample_columns, scale)


def main(config, domains) -> None:
    """Trains what `config` asks for on `domains`, or goes on with the run in its folder.

    Raises UserError where options, data and folder do not fit, before anything is created.
    """
    run = Run.check(config.run, config)
    batches = Batches(domains, config.batch_size, config.critic_steps, config.seed)
    for d in domains:
        print(f"{d.name}: {len(d)} of {' x '.join(map(str, d.images.shape[1:]))}")
    classifier = None
    if config.semantic_weight > 0 or config.balance_weight > 0:
        classifier = frozen_reader(config, domains, load_domains(config, "test"))
    trainer = TRAINERS.find(config.gan_type)(config, domains, classifier)
    with run.create():
        describe(run.path, domains)
        done = fit(run, trainer, lambda start, stop: prefetched(batches, start, stop),
                   config.iterations, picture=draw_pictures(trainer, config, domains),
                   sample_every=config.sample_every, checkpoint_every=config.checkpoint_every,
                   log_every=config.log_every, compile=config.compile,
                   tensorboard=config.tensorboard)
    print(f"{run.path}: {done} iterations; pictures in samples/, curves in losses.png, nets in "
          f"models/; go on with: python main.py --run {run.path} --iterations "
          f"{max(config.iterations, 2 * done if done == config.iterations else 0)}")
