"""A sheet of pairs for people who do not know which are true (the blind sheet)."""

from collections.abc import Sequence

import numpy as np

from metrics.extremes import draw_row

TRUE, SHUFFLED = "true", "shuffled"
OF_EACH, COLUMNS = 40, 10
MARGIN = 1                      # white pixels around an image, before it is enlarged


def latents_needed(domains: int) -> int:
    """How many latents a sheet takes: no image stands in it twice, so that nothing can be found
    by leaving out what is placed."""
    return OF_EACH * (1 + domains)


def sheet(images: Sequence[np.ndarray], seed: int) -> tuple[np.ndarray, list[str]]:
    """2 OF_EACH pairs in random order, numbered from 1 on, and what each is: TRUE or SHUFFLED.

    images: per domain [latents_needed, H, W, C] in [-1, 1]; row i of each is of one latent. A true
    "pair" is what all domains draw of one latent, a shuffled one what they draw of different
    latents. Returns the picture, uint8 [H, W, 3], and the key.
    """
    rng = np.random.default_rng([seed, 3])
    order = rng.permutation(latents_needed(len(images)))
    shuffled = order[OF_EACH:].reshape(len(images), OF_EACH)
    places = rng.permutation(2 * OF_EACH)
    chosen = [np.concatenate([order[:OF_EACH], row])[places] for row in shuffled]
    shown = [framed(each[which]) for each, which in zip(images, chosen, strict=True)]
    rows = [draw_row([str(i + 1) for i in range(at, at + COLUMNS)],
                     [each[at:at + COLUMNS] for each in shown])
            for at in range(0, 2 * OF_EACH, COLUMNS)]
    return np.concatenate(rows), [TRUE if place < OF_EACH else SHUFFLED for place in places]


def framed(images: np.ndarray) -> np.ndarray:
    """Images [N, H, W, C] within a white frame."""
    sides = ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0))
    return np.pad(images, sides, constant_values=1)


def key_table(key: Sequence[str]) -> str:
    """The key as CSV: number, true or shuffled."""
    return "".join(["number,shown\n", *(f"{i},{word}\n" for i, word in enumerate(key, 1))])
