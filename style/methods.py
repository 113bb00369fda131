"""The methods of `stylize`, by name. Importing this needs no TensorFlow.

A method is a function

    method(content, styles, *, option=default, ...) -> image

of the content image [1, H, W, 3] and of a list of style images [1, h, w, 3], float32 numpy in
[-1, 1]; the image that it returns is numpy too, near the content's size, and need not be
clipped. Its keyword parameters are the options of the command line that it understands, by name:

    layer, patch_size, stride, memory_limit (bytes or None), vgg_weights, iterations, seed,
    progress: called as progress(steps done, steps in all, loss) after each step,
    run: the folder of the run whose trained net the method needs,
    mix: weights of the styles, summing to 1 (tuple of floats), for a method that mixes them,

and any other that the parser of `commands.style_flags` knows. A method with the parameter `mix`
gets all styles at once; every other one gets them one by one, a list of one each time. A module
that registers a method imports Keras and TensorFlow at their first use.
"""

from framework.registry import Registry

METHODS = Registry("method")
