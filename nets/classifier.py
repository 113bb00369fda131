"""The classifiers of the semantic loss and of the pair agreement (appendix B)."""

import keras

from nets.architectures import CLASSIFIERS
from nets.build import build_chain


def build_classifier(image_shape: tuple[int, ...], classes: int, table: str = "B.1",
                     width: float = 1.0, precision: str | None = None) -> keras.Model:
    """Images [B, H, W, C] in [-1, 1] -> LOGITS [B, classes].

    table: "B.1" (digits; the softmax is part of the loss), "B.2" (face attributes; the sigmoids
    are part of the loss), "quick" (ours, strided with batch norm, for two CPU cores) or "judge"
    (ours, deeper, for the judge of generated images).
    Raises UserError for an unknown table or images too small for it.
    """
    return build_chain(CLASSIFIERS.find(table), image_shape, classes, width, "classifier",
                       precision)
