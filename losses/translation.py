"""What two translators G: X -> Y and F: Y -> X minimise besides what the discriminators say of
their images (Zhu et al. 2017, CycleGAN)."""

from framework.lazy import Lazy
from framework.registry import Registry
from framework.tensors import Tensor

ops = Lazy("keras.ops")

TRANSLATION = Registry("term of translators")


def absolute_difference(a: Tensor, b: Tensor) -> Tensor:
    """The mean of |a - b| over all entries, a scalar, float32 inside."""
    return ops.mean(ops.abs(ops.cast(a, "float32") - ops.cast(b, "float32")))


@TRANSLATION.register("cycle", formulas=(
    r"\mathbb{E}_x \|F(G(x)) - x\|_1 + \mathbb{E}_y \|G(F(y)) - y\|_1",))
def cycle_term(images: Tensor, returned: Tensor) -> Tensor:
    """An image that is translated and translated back is the image again (Zhu et al. 2017, eq. 2);
    a mean over pixels, for images [B, H, W, C] of one domain and what they return as."""
    return absolute_difference(returned, images)


@TRANSLATION.register("identity", formulas=(
    r"\mathbb{E}_y \|G(y) - y\|_1 + \mathbb{E}_x \|F(x) - x\|_1",))
def identity_term(images: Tensor, kept: Tensor) -> Tensor:
    """A translator keeps an image of the domain that it translates to (Zhu et al. 2017, section
    5.2); a mean over pixels, for images [B, H, W, C] of that domain and what they become."""
    return absolute_difference(kept, images)
