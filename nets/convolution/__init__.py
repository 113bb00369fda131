"""The three products of a convolution with padding "same", each in the form that is fastest here.

Small maps x [B, H, W, C], large maps y [B, sH, sW, F] and a kernel [k, k, F, C] of stride s have
three products, each linear in both of its factors:

    transpose(x, kernel) -> y       a transposed convolution
    convolve(y, kernel) -> x        a convolution
    correlate(y, x) -> kernel       what both have as derivative with respect to the kernel

The derivatives of each product are the two others. So whatever form computes a product, its
derivatives choose their forms for themselves, and derivatives of any order are right. All forms
give the same numbers up to rounding (nets/convolution/forms.py); `nets.convolution.choice` chooses.
"""

from functools import lru_cache

import tensorflow as tf

from framework.tensors import Tensor
from nets.convolution.choice import Case, chosen
from nets.convolution.forms import FORMS


def transpose(x: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """x [B, H, W, C], kernel [k, k, F, C] -> [B, sH, sW, F]."""
    return _products(stride, kernel.shape[0])[0](x, kernel)


def convolve(y: Tensor, kernel: Tensor, stride: int) -> Tensor:
    """y [B, sH, sW, F], kernel [k, k, F, C] -> [B, H, W, C]."""
    return _products(stride, kernel.shape[0])[1](y, kernel)


@lru_cache
def _products(stride: int, size: int):
    """The three products for kernels of one size, with their derivatives."""
    def form(product, x_shape, filters):
        _, height, width, channels = x_shape
        case = Case(product, height, width, channels, filters, size, stride)
        return FORMS[product][chosen(case)]

    @tf.custom_gradient
    def transpose(x, kernel):
        made = form("transpose", x.shape, kernel.shape[2])(x, kernel, stride)
        return made, lambda dy: (convolve(dy, kernel), correlate(dy, x))

    @tf.custom_gradient
    def convolve(y, kernel):
        batch, height, width, filters = y.shape
        small = batch, height // stride, width // stride, kernel.shape[3]
        made = form("convolve", small, filters)(y, kernel, stride)
        return made, lambda dx: (transpose(dx, kernel), correlate(y, dx))

    @tf.custom_gradient
    def correlate(y, x):
        made = form("correlate", x.shape, y.shape[3])(y, x, size, stride)
        return made, lambda dk: (transpose(x, dk), convolve(y, dk))

    return transpose, convolve, correlate
