"""Names for things, and calling a thing with the settings that it takes."""

from functools import partial

import pytest

from framework.errors import UserError
from framework.registry import Registry, accepts, called_with


def test_names_are_filed_once_and_found_by_the_nearest():
    things = Registry("thing")
    assert things.register("sphere")(int) is int and things.find("sphere") is int
    with pytest.raises(ValueError, match="registered twice"):
        things.register("sphere")(float)
    with pytest.raises(UserError, match="unknown thing 'spere'; did you mean 'sphere'"):
        things.find("spere")


class Thing:
    def __init__(self, a, b=2):
        self.a, self.b = a, b


def test_settings_that_mean_nothing_are_left_out():
    thing = called_with(Thing, {"a": 5, "c": 7})
    assert (thing.a, thing.b) == (5, 2)
    assert called_with(lambda: 3, {"a": 5}) == 3
    assert accepts(Thing, "b") and not accepts(Thing, "c")
    assert accepts(partial(Thing, b=4), "a")


def test_register_is_the_only_way_in():
    fruits = Registry("fruit")
    fruits.register_all({"apple": 1, "pear": 2})
    for change in (lambda: fruits.__setitem__("plum", 3), lambda: fruits.update(plum=3),
                   lambda: fruits.setdefault("plum", 3), lambda: fruits.register_all({"pear": 4})):
        with pytest.raises((TypeError, ValueError), match="register"):
            change()
    assert list(fruits.items()) == [("apple", 1), ("pear", 2)]


def test_a_file_beside_the_others_is_found(tmp_path, monkeypatch):
    """Whoever looks first, and without an import of that file."""
    package = tmp_path / "orchard"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from framework.registry import Registry\nTREES = Registry('tree', package='orchard')\n")
    for name in ("oak", "elm"):
        (package / f"{name}.py").write_text(
            f"from orchard import TREES\nassert '{name}' not in TREES\n"
            f"TREES.register('{name}', ('a row',))(len('{name}'))\n")
    monkeypatch.syspath_prepend(tmp_path)
    from orchard import TREES
    assert "elm" in TREES and dict(TREES) == {"elm": 3, "oak": 3} and len(TREES) == 2
    assert TREES.options == {"elm": ("a row",), "oak": ("a row",)} and TREES.get("ash") is None


def test_a_loss_exists_whatever_was_imported_before():
    import subprocess
    import sys
    code = "from losses.adversarial import LOSSES; assert 'mmd' in LOSSES and LOSSES['mmd']"
    subprocess.run([sys.executable, "-c", code], check=True)
