"""The translators of a run of `--gan_type cyclegan`, as its newest checkpoint holds them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from config.kinds import has
from config.resolve import load_config
from config.run import shown_checkpoint
from framework.checkpoint import restore_part
from framework.devices import compiled
from framework.errors import UserError
from trainers.cyclegan import named, translators_for
from trainers.domains import read_description
from trainers.image_sampler import SAMPLE_BATCH
from trainers.latent_search import unmatched_share
from trainers.precision import for_this_machine
from trainers.restore import finite
from trainers.translation import Translation
from trainers.variables import all_variables


class Translators:
    """Translates between the two `domains` of a run, without its data; `checkpoint` is the
    iteration that the nets are of, `nets` the translators as A_to_B and B_to_A.

    Raises UserError where the folder is no run of translators, or has no checkpoint yet.
    """

    def __init__(self, path: str | Path):
        self.path, self.config = Path(path), for_this_machine(load_config(path))
        gan_type = self.config.experiment.gan_type
        if not has(gan_type, "translators"):
            raise UserError(f"{path} is of gan_type {gan_type}; it has no translators")
        domains = read_description(Path(path))
        self.domains = [d["name"] for d in domains]
        self.image_shape = tuple(domains[0]["shape"])
        translators = translators_for(self.config, self.image_shape)
        folder, self.checkpoint = shown_checkpoint(path)
        if not restore_part(folder, {"translators": all_variables(translators)}):
            raise UserError(f"{path} has no checkpoint yet; train on with --run {path}")
        self.nets = named(self.domains, translators)
        self._draw = [compiled(lambda x, net=net: net(x, training=False)) for net in translators]

    def to(self, domain: int, images: np.ndarray) -> np.ndarray:
        """What images [N, H, W, C] in [-1, 1] of the other domain become in the one of this
        number, from 0 on. Raises UserError for values that are not finite."""
        parts = [np.asarray(self._draw[domain](images[i:i + SAMPLE_BATCH]))
                 for i in range(0, len(images), SAMPLE_BATCH)]
        return finite([np.concatenate(parts)])[0]

    def there_and_back(self, source: int, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What images of the domain `source` become in the other, and what these become again."""
        there = self.to(1 - source, images)
        return there, self.to(source, there)


class PairTranslator:
    """`translator(images)`: as `trainers.translation.Translator`, in one pass.

    sources: numbers of the domains that the images may be of; of both, that from which an image
    returns best is taken for its own. In its own domain an image becomes what it returns as, and
    what is unmatched is the share of its variance that this leaves, the cycle error.
    """

    def __init__(self, translators: Translators, sources: Sequence[int]):
        self.translators, self.sources = translators, np.array(sources)

    def __call__(self, images: np.ndarray) -> Translation:
        """images: float32 [N, H, W, C] in [-1, 1]."""
        passes = [self.translators.there_and_back(k, images) for k in self.sources]
        unmatched = np.stack([unmatched_share(back, images) for _, back in passes])     # [S, N]
        best, rows = unmatched.argmin(0), np.arange(len(images))
        source = self.sources[best]
        there, back = (np.stack(each)[best, rows] for each in zip(*passes, strict=True))
        own = (source == 0)[:, None, None, None]
        drawn = [np.where(own, back, there), np.where(own, there, back)]
        return Translation(drawn, source, unmatched[best, rows])
