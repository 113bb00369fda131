"""The gradient of a net's output with respect to its input."""

from collections.abc import Callable

from framework.lazy import Lazy
from framework.tensors import Tensor

tf = Lazy("tensorflow")


def input_gradient(net: Callable, x: Tensor) -> Tensor:
    """d(sum of net(x)) / dx, of x's shape; differentiable again by an outer tape.

    net: any callable x [B, ...] -> scores [B, ...]. Row b of the result is the gradient of
    sample b's own score: every other score is constant in x[b], as long as the net draws no
    statistics from the batch. With batch norm in training mode it would be a mixture of all
    samples' gradients, which is why a gradient penalty asks for layer norm (section 2.5).
    Zero where the output does not depend on x.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        scores = net(x)
    return tape.gradient(scores, x, unconnected_gradients="zero")


def output_and_products(net: Callable, x: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """net(x) and for each w in weights(net(x)) the product w'J per sample, of x's shape.

    net: any callable x [B, ...] -> y [B, d]; J [d, ...] is a sample's Jacobian; weights: a
    function of y to tensors [B, d]. One pass forwards and one backwards for each w, all of it
    differentiable again by an outer tape. As in `input_gradient`, no batch statistics.
    """
    with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
        tape.watch(x)
        y = net(x)
    return y, [tape.gradient(y, x, w, unconnected_gradients="zero") for w in weights(y)]
