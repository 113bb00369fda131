"""Modules imported at their first use.

TensorFlow takes seconds to import. Losses and penalties use `keras.ops` through `Lazy`, so
that their names can be listed, and a wrong command line refused, in a fraction of a second.
"""

import importlib


class Lazy:
    """Stands for the module `name` and imports it when the first attribute is asked for."""

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, attribute):
        return getattr(importlib.import_module(self._name), attribute)
