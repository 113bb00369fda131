"""The methods of `stylize`, by name. Importing this needs no TensorFlow.

A method is a function

    method(content, styles, *, option=default, ...) -> image

of the content image [1, H, W, 3] and of a list of style images [1, h, w, 3], float32 numpy in
[-1, 1]. It returns a numpy image of about the content's size, which need not be clipped. Its
keyword parameters are the options of the command line that it supports, by name:

    layer, patch_size, stride, memory_limit (bytes or None), vgg_weights, iterations, seed,
    progress: called as progress(steps done, total steps, loss) after each step,
    before: of a film's frame, `style.minimise.Before`; of a method that has no such parameter the
        results themselves are mixed,
    run: the folder of the run whose trained net the method needs,
    mix: weights of the styles, with the sum 1 (tuple of floats), for a method that mixes them,

and any other that `commands.stylize` declares. A method with the parameter `mix` gets all styles
at once, but where its default is () only if weights are given; else it is called for each style
with a list of one. A module that registers a method
imports Keras and TensorFlow at their first use.
"""

from collections.abc import Collection
from typing import Any

from framework.registry import Registry, accepts

METHODS = Registry("method", package="style")
# Which a person preferred in each of eight pairs, blind (docs/results.md), and which of films.
USUAL, OF_FILMS = "nnst", "swap"
# What a method does in films where nothing else is said (docs/results.md). What a swap begins from
# at half the size differs from frame to frame, so that the film flickers; and a swap begins from
# the frame before, whose contrast would grow with each frame that gets the style's again.
FILM_OPTIONS = {"inverse": {"resolutions": 1}, "quilt": {"resolutions": 1},
                "swap": {"color_share": 0.0}}


def film_options(method: str) -> dict[str, Any]:
    """Those of FILM_OPTIONS that mean something to the method."""
    draw = METHODS.find(method)
    return {name: value for name, value in FILM_OPTIONS.get(method, {}).items()
            if accepts(draw, name)}


def usual_method(options: Collection[str], film: bool) -> str:
    """The method's name where none is given: USUAL, but OF_FILMS for a film, which it can hold to
    the frame before, and where one of the `options`, by name, is none of USUAL's."""
    fits = all(accepts(METHODS.find(USUAL), name) for name in options)
    return USUAL if fits and not film else OF_FILMS
