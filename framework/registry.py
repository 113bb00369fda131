"""Names for things: a loss, a net or a data set is one file and one registration."""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from framework.errors import unknown

_NOTHING: Any = object()


class Registry(Mapping):
    """Names and what they stand for, read like a dict. `register` is the one way in.

    kind: what the things are, for error messages. package: the package whose modules register
    them. Every module of it is imported at the first look-up, so that a file put beside the
    others is found, and no name depends on who imported what. No module of such a package may
    import Keras or TensorFlow at its head, since names are listed without them. first: those
    modules of the package whose things come first in lists; the others follow by name.

    options, formulas: name -> what was given to `register` under these words.
    """

    def __init__(self, kind: str, package: str | None = None, first: tuple[str, ...] = ()):
        self.kind, self.package, self.first = kind, package, first
        self._options: dict[str, tuple] = {}
        self._formulas: dict[str, tuple[str, ...]] = {}
        self._things, self._modules = {}, {}
        self._complete = package is None

    def register(self, name: str, thing: Any = _NOTHING, *, options: tuple = (),
                 formulas: tuple[str, ...] = ()) -> Any:
        """Files `thing` under `name` and returns it; without a thing, a decorator that does.

        options: whatever else belongs to the name; `registry.options[name]` hands it out.
        formulas: what it computes, in LaTeX, for `main.py explain`: of a loss the discriminator's
        and the generator's, else one.
        Raises ValueError for a name that is taken.
        """
        module = sys._getframe(1).f_globals.get("__name__")

        def file(thing):
            if name in self._things:
                raise ValueError(f"{self.kind} {name!r} is registered twice: in "
                                 f"{self._modules[name]} and in {module}")
            self._things[name], self._modules[name] = thing, module
            self._options[name], self._formulas[name] = tuple(options), tuple(formulas)
            return thing
        return file if thing is _NOTHING else file(thing)

    @property
    def options(self) -> dict[str, tuple]:
        """The options of each name."""
        self._discover()
        return self._options

    @property
    def formulas(self) -> dict[str, tuple[str, ...]]:
        """The formulas of each name."""
        self._discover()
        return self._formulas

    def find(self, name: str) -> Any:
        """The thing called `name`. Raises UserError with the nearest valid name."""
        if name not in self:
            raise unknown(self.kind, name, self)
        return self[name]

    def __getitem__(self, name):
        self._discover()
        return self._things[name]

    def __iter__(self):
        self._discover()
        return iter(self._things)

    def __len__(self):
        self._discover()
        return len(self._things)

    def __repr__(self):
        return f"Registry({self.kind!r}: {', '.join(self._things)})"

    def __setitem__(self, name, thing):
        self._refuse()

    def __delitem__(self, name):
        self._refuse()

    def update(self, *things: Any, **named: Any) -> NoReturn:
        self._refuse()

    def setdefault(self, name: Any, thing: Any = None) -> NoReturn:
        self._refuse()

    def _refuse(self):
        raise TypeError(f"a {self.kind} gets its name by register(name), once")

    def _discover(self):
        """Imports the modules of the package, at the first look-up."""
        if self._complete or self.package is None:
            return
        self._complete = True       # before the imports: a look-up among them ends here
        package = importlib.import_module(self.package)
        found = {module.name for module in pkgutil.iter_modules(package.__path__)}
        names = [*self.first, *sorted(found - set(self.first))]
        modules = [f"{self.package}.{name}" for name in names]
        for module in modules:
            try:
                importlib.import_module(module)
            except BaseException as error:
                self._complete = False              # so that the next look-up fails too
                error.add_note(f"(in {module}, where each {self.kind} is looked for)")
                raise
        # The order is that of the modules, whoever imported one of them before.
        place = {module: at for at, module in enumerate([self.package, *modules])}
        order = sorted(self._things, key=lambda name: place.get(self._modules[name], len(place)))
        self._things = {name: self._things[name] for name in order}


def accepts(function: Callable, name: str) -> bool:
    """Whether `function` has a parameter called `name`."""
    return name in inspect.signature(function).parameters


def called_with(function: Callable, settings: dict) -> Any:
    """`function` called with those of the `settings` that it has parameters for."""
    return function(**{name: value for name, value in settings.items()
                       if accepts(function, name)})
