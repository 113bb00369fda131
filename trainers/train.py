"""`main.py` without a command: from resolved options to a finished run folder."""

import json

from data.batches import Batches, prefetched
from data.load import load
from data.registry import domain_names
from framework.files import write_text
from framework.plots import image_grid, scatter_picture
from framework.random import LATENTS, Random
from framework.run import Run
from trainers import coupled  # noqa: F401  (registers its gan_types)
from trainers.base import fit
from trainers.classifier import frozen_reader
from trainers.registry import TRAINERS


def load_domains(config, split="train"):
    """The run's domains (`data.domain.Domain`s), in order."""
    names = domain_names(config.dataset, config.domains, config.data_dir)
    return load(names, data_dir=config.data_dir or None, image_size=config.image_size or None,
                limit=config.limit_data or None, seed=config.seed, split=split)


def describe(domains) -> str:
    """JSON of the domains' names and image shapes: all that drawing from a run needs of them."""
    return json.dumps([{"name": d.name, "images": len(d), "shape": d.images.shape[1:]}
                       for d in domains], indent=2) + "\n"


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
    return lambda: image_grid(trainer.sample(z), config.sample_columns)


def main(config) -> None:
    """Trains what `config` asks for, or goes on with the run that stands in its folder.

    Raises UserError where options, data and folder do not fit, before anything is created.
    """
    run = Run.check(config.run, config)
    domains = load_domains(config)
    batches = Batches(domains, config.batch_size, config.critic_steps, config.seed)
    for d in domains:
        print(f"{d.name}: {len(d)} of {' x '.join(map(str, d.images.shape[1:]))}")
    classifier = None
    if config.semantic_weight > 0 or config.balance_weight > 0:
        classifier = frozen_reader(config, domains, load_domains(config, "test"))
    trainer = TRAINERS.find(config.gan_type)(config, domains, classifier)
    with run.create():
        write_text(run.path / "domains.json", describe(domains))
        done = fit(run, trainer, lambda start, stop: prefetched(batches, start, stop),
                   config.iterations, picture=draw_pictures(trainer, config, domains),
                   sample_every=config.sample_every, checkpoint_every=config.checkpoint_every,
                   log_every=config.log_every, compile=config.compile,
                   tensorboard=config.tensorboard)
    print(f"{run.path}: {done} iterations; pictures in samples/, curves in losses.png, nets in "
          f"models/; go on with: python main.py --run {run.path} --iterations "
          f"{max(config.iterations, 2 * done if done == config.iterations else 0)}")
