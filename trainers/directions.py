"""Directions of the latent space that have a meaning (document 002, latent arithmetic).

A classifier reads what many latents draw. The mean of the latents with an attribute less the mean
of those without it is the direction of that attribute. Sums of such means give others:
smiling women less women and men are smiling men (Radford et al. 2016, arXiv 1511.06434, figure 7).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from framework.errors import UserError, unknown

NOT = "not:"                    # before the name of an attribute that a concept must lack
LEAST = 3                       # latents on which a mean rests


class Readings(NamedTuple):
    """What a classifier read in the images of latents.

    inputs: what the generators were given, [N, D], the code of a conditional run included. logits:
    [N, classes], or [N, attributes]. names: of those.
    """

    inputs: np.ndarray
    logits: np.ndarray
    names: tuple[str, ...]
    several: bool               # attributes, of which an image has any number

    def number(self, name: str) -> int:
        """Which class or attribute is called `name`. Raises UserError where none is."""
        if name not in self.names:
            raise unknown("attribute" if self.several else "class", name, self.names)
        return self.names.index(name)

    def margins(self, concept: str) -> np.ndarray:
        """How surely each image shows the `concept`, names with commas of which those after NOT
        must be missing: [N], positive where it does, the least over the names."""
        words = [word.strip() for word in concept.split(",") if word.strip()]
        if not words:
            raise UserError(f"{concept!r} names no attribute")
        return np.min([self._margin(word) for word in words], 0)

    def _margin(self, word: str) -> np.ndarray:
        k = self.number(word.removeprefix(NOT))
        margin = self.logits[:, k]
        if not self.several:
            margin = margin - np.delete(self.logits, k, 1).max(1)
        return -margin if word.startswith(NOT) else margin

    def which(self, concept: str) -> np.ndarray:
        """The latents whose images show the concept, the surest first. Raises UserError for fewer
        than LEAST."""
        margins = self.margins(concept)
        found = np.argsort(-margins, kind="stable")[:np.sum(margins > 0)]
        if len(found) < LEAST:
            raise UserError(f"of {len(self.inputs)} images {len(found)} show {concept}, too few "
                            "for a mean; draw more (--count)")
        return found

    def direction(self, concept: str) -> np.ndarray:
        """Mean of the inputs whose images show the concept, less that of all others: [D]."""
        shown = np.zeros(len(self.inputs), bool)
        shown[self.which(concept)] = True
        if np.sum(~shown) < LEAST:
            raise UserError(f"all but {np.sum(~shown)} of {len(shown)} images show {concept}; it "
                            "has no direction")
        return self.inputs[shown].mean(0) - self.inputs[~shown].mean(0)

    def means(self, concept: str, rows: int, of: int) -> np.ndarray:
        """Means [rows, D] of `of` different inputs each, whose images show the concept most
        surely; of fewer where they are scarce."""
        found = self.which(concept)
        of = max(1, min(of, len(found) // rows))
        return np.stack([self.inputs[found[k::rows][:of]].mean(0) for k in range(rows)])


def read(draw: Callable[[np.ndarray], Sequence[np.ndarray]], inputs: np.ndarray,
         classify: Callable[[np.ndarray], np.ndarray], domains: Sequence[int],
         names: Sequence[str], several: bool) -> Readings:
    """What `classify`, images to logits, reads in the images that `draw` makes of the inputs: the
    mean over the `domains`, by number."""
    images = draw(inputs)
    return Readings(inputs, np.mean([classify(images[k]) for k in domains], 0), tuple(names),
                    several)


def usual(inputs: np.ndarray, latent: str, dim: int) -> np.ndarray:
    """The inputs [N, D] brought back to where the generators were trained: uniform latents into
    [-1, 1], normal ones to the length sqrt(dim); shares of classes behind them to a sum of 1."""
    z, code = inputs[:, :dim], np.maximum(inputs[:, dim:], 0)
    if latent == "uniform":
        z = np.clip(z, -1, 1)
    else:
        z = z * np.sqrt(dim) / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-6)
    total = np.maximum(code.sum(1, keepdims=True), 1e-6)
    return np.concatenate([z, code / total], 1).astype("float32")
