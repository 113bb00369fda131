"""`main.py fit-encoder RUN`: an encoder from images to latents, for `translate`."""

import numpy as np

from config.kinds import has
from framework.errors import UserError
from framework.progress import progress
from trainers.fitted_encoder import EncoderTrainer, encoder_of
from trainers.latent_search import unmatched_share
from trainers.restore import Sampler

MEASURED = 500                  # new pictures of the run, which the encoder has not seen


def main(run: str, *, iterations: int = 2000, seed: int = 0) -> None:
    """Fits an encoder to the generators of `run`, keeps it in its folder and says how much of
    new pictures of the run it leaves unmatched. A command that was stopped goes on.

    Raises UserError for a run of points, and for one that has an encoder.
    """
    sampler = Sampler(run)
    gan_type = sampler.config.experiment.gan_type
    if has(gan_type, "likelihood"):
        raise UserError(f"{run} is of gan_type {gan_type}, which has an encoder of its own")
    if len(sampler.image_shape) != 3:
        raise UserError(f"an encoder looks at images, and {run} draws points")
    trainer = EncoderTrainer(sampler, seed)
    with progress(iterations, "fitting the encoder", "iterations") as bar:
        done = trainer.fit(iterations, bar)
    encode, drawn = encoder_of(sampler), sampler(MEASURED, seed=seed + 1)
    assert encode is not None
    shares = []
    for k, images in enumerate(drawn):
        again = sampler.draw(encode(images, k))[k]
        shares.append(np.mean(unmatched_share(again, images)))
    print(f"{trainer.folder}: {done} iterations; of {MEASURED} new pictures, unmatched "
          + ", ".join(f"{100 * share:.0f} % of {name}"
                      for name, share in zip(sampler.domains, shares, strict=True)))
