"""Names for things: a loss, a net or a data set is one file and one registration."""

import inspect

from framework.errors import unknown


class Registry(dict):
    """A dict of name -> thing that refuses a name twice and helps with a misspelt one."""

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind
        self.options: dict[str, tuple] = {}

    def register(self, name: str, options: tuple = ()):
        """Decorator that files the decorated thing under `name`. options: those that it brings."""
        def file(thing):
            if name in self:
                raise ValueError(f"{self.kind} {name!r} is registered twice")
            self[name] = thing
            self.options[name] = tuple(options)
            return thing
        return file

    def find(self, name: str):
        """The thing called `name`. Raises UserError with the nearest valid name."""
        if name not in self:
            raise unknown(self.kind, name, self)
        return self[name]


def accepts(function, name: str) -> bool:
    """Whether `function` has a parameter called `name`."""
    return name in inspect.signature(function).parameters


def called_with(function, settings: dict):
    """`function` called with those of the `settings` that it has parameters for."""
    return function(**{name: value for name, value in settings.items()
                       if accepts(function, name)})
