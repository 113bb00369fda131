"""Images of one domain drawn in the others (SCoGAN thesis 1 and 7.1): the latent whose image in
its own domain is most like the given one, drawn in every domain."""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from framework.errors import UserError
from trainers.fitted_encoder import encoder_of
from trainers.latent_search import LatentSearch
from trainers.restore import Sampler, finite

TRUSTED = 0.5                   # of an image's difference from the mean may stay unmatched


class Translation(NamedTuple):
    """What N images became.

    images: K arrays [N, H, W, C] in [-1, 1]; in its own domain, that is the match. source: [N],
    the number of that domain, from 0 on. unmatched: [N], of `latent_search.Match`.
    """

    images: list[np.ndarray]
    source: np.ndarray
    unmatched: np.ndarray

    @property
    def trusted(self) -> np.ndarray:
        """Whether each image was matched well enough for its translation to say something."""
        return self.unmatched <= TRUSTED


class Translator:
    """`translator(images)` draws images of a run's domains in all of them.

    sources: numbers of the domains that the images may be of, from 0 on; of several, that in which
    an image is matched best is taken for its own. The first start is what the run's encoder finds,
    where it has one; with `iterations` 0 that is the translation. Other arguments: of
    `latent_search.LatentSearch`. Raises UserError for neither an encoder nor a search.
    """

    def __init__(self, sampler: Sampler, sources: Sequence[int], *, starts: int = 8,
                 iterations: int = 200, seed: int = 1):
        self.sampler, self.sources, encode = sampler, np.array(sources), encoder_of(sampler)
        if not (iterations or encode):
            raise UserError(f"without a search, {sampler.path} needs an encoder; fit-encoder makes "
                            "one")
        self.searches = [
            LatentSearch(sampler, k, starts=starts, iterations=iterations, seed=seed,
                         encode=partial(encode, k=k) if encode else None) for k in sources]

    def __call__(self, images: np.ndarray) -> Translation:
        """images: float32 [N, H, W, C] in [-1, 1]. Raises UserError where the generators draw
        values that are not finite."""
        found = [search(images) for search in self.searches]
        unmatched = np.stack([match.unmatched for match in found])              # [S, N]
        best, rows = unmatched.argmin(0), np.arange(len(images))
        inputs = np.stack([match.inputs for match in found])[best, rows]
        return Translation(finite(self.sampler.draw(inputs)), self.sources[best],
                           unmatched[best, rows])
