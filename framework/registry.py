"""Names for things: a loss, a net or a data set is one file and one registration."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

from framework.errors import unknown


class Registry(dict):
    """A dict of name -> thing that refuses a name twice and helps with a misspelt one.

    package: the folder whose modules register here. They are imported at the first look-up, so
    that a file put beside the others is found, whoever imported what before. `options` holds, by
    the same names, the `framework.options.Option`s that a thing brings.
    """

    def __init__(self, kind: str, package: str = ""):
        super().__init__()
        self.kind, self._package, self._found = kind, package, False
        self._options: dict[str, tuple] = {}

    def register(self, name: str, options: tuple = ()) -> Callable:
        """Decorator that files the decorated thing under `name`, with the `options` that it
        brings. Raises ValueError for a name that is taken."""
        def file(thing):
            if dict.__contains__(self, name):
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            dict.__setitem__(self, name, thing)
            self._options[name] = tuple(options)
            return thing
        return file

    def register_all(self, things: Mapping[str, Any]) -> None:
        """Files every thing of a table under its name."""
        for name, thing in things.items():
            self.register(name)(thing)

    def _refuse(self, *_: Any, **__: Any):
        raise TypeError(f"a {self.kind} is filed by register(name)")

    __setitem__ = update = setdefault = __ior__ = _refuse

    @property
    def options(self) -> dict[str, tuple]:
        """The options that each thing brings, by its name."""
        self._discover()
        return self._options

    def _discover(self) -> None:
        """Imports every module of the package, once."""
        if self._found or not self._package:
            return
        self._found = True              # before the imports, which may look things up here
        folder = import_module(self._package).__path__
        for module in sorted(info.name for info in pkgutil.iter_modules(folder)):
            import_module(f"{self._package}.{module}")

    def __contains__(self, name: object) -> bool:
        self._discover()
        return super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        self._discover()
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        self._discover()
        return super().__iter__()

    def __len__(self) -> int:
        self._discover()
        return super().__len__()

    def get(self, name: str, default: Any = None) -> Any:
        """The thing called `name`, or `default`."""
        self._discover()
        return super().get(name, default)

    def keys(self):
        """The names, in the order of registration."""
        self._discover()
        return super().keys()

    def values(self):
        """The things, in the order of registration."""
        self._discover()
        return super().values()

    def items(self):
        """Names and things, in the order of registration."""
        self._discover()
        return super().items()

    def find(self, name: str):
        """The thing called `name`. Raises UserError with the nearest valid name."""
        if name not in self:
            raise unknown(self.kind, name, self)
        return self[name]


def accepts(function: Callable, name: str) -> bool:
    """Whether `function` has a parameter called `name`."""
    return name in inspect.signature(function).parameters


def called_with(function: Callable, settings: Mapping[str, Any]) -> Any:
    """`function` called with those of the `settings` that it has parameters for."""
    return function(**{name: value for name, value in settings.items()
                       if accepts(function, name)})
