"""Names for things, and calling a thing with the settings that it takes."""

import sys
from functools import partial

import pytest

from framework.errors import UserError
from framework.registry import Registry, accepts, called_with


def test_names_are_filed_once_and_found_by_the_nearest():
    things = Registry("thing")
    assert things.register("sphere")(int) is int and things.find("sphere") is int
    assert things.register("cube", 3) == things["cube"] == 3
    with pytest.raises(ValueError, match="thing 'sphere' is registered twice"):
        things.register("sphere")(float)
    with pytest.raises(ValueError, match="twice"):
        things.register("cube", 4)
    assert dict(things) == {"sphere": int, "cube": 3}
    with pytest.raises(UserError, match="unknown thing 'spere'; did you mean 'sphere'"):
        things.find("spere")


@pytest.mark.parametrize("way_in", [
    lambda things: things.__setitem__("cube", 3), lambda things: things.update({"cube": 3}),
    lambda things: things.update(cube=3), lambda things: things.setdefault("cube", 3),
    lambda things: things.__delitem__("sphere")])
def test_register_is_the_one_way_in(way_in):
    things = Registry("thing")
    things.register("sphere", 2)
    with pytest.raises(TypeError, match=r"register\(name\)"):
        way_in(things)
    assert dict(things) == {"sphere": 2}


def test_none_is_a_thing_like_others():
    things = Registry("thing")
    assert things.register("nothing", None) is None and list(things) == ["nothing"]


def test_options_stay_with_the_name():
    things = Registry("thing")
    things.register("sphere", 2, options=("radius",))
    things.register("cube")(3)
    assert things.options == {"sphere": ("radius",), "cube": ()}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Writes modules of a package and returns a registry of it, in the package's own module."""
    monkeypatch.syspath_prepend(tmp_path)
    written = []

    def write(name="shapes_of_a_test", first="()", **modules):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text(
            "from framework.registry import Registry\n"
            f"SHAPES = Registry('shape', package={name!r}, first={first})\n"
            "SHAPES.register('point', 0)\n")
        for module, text in modules.items():
            (folder / f"{module}.py").write_text(f"from {name} import SHAPES\n{text}\n")
        written.append(name)
        return __import__(name).SHAPES
    yield write
    for name in [each for each in sys.modules if each.partition(".")[0] in written]:
        del sys.modules[name]


@pytest.mark.parametrize("look", [
    lambda s: s.find("ball"), lambda s: "ball" in s, lambda s: "ball" in list(s),
    lambda s: len(s) == 3, lambda s: s.get("ball"), lambda s: ("ball", 1) in s.items(),
    lambda s: "ball" in s.keys(), lambda s: 1 in s.values(), lambda s: s["ball"]])  # noqa: SIM118
def test_a_file_beside_the_others_is_found_by_every_look_up(package, look):
    shapes = package(balls="SHAPES.register('ball', 1)", cubes="SHAPES.register('cube', 2)")
    assert "shapes_of_a_test.balls" not in sys.modules
    assert look(shapes)
    assert list(shapes) == ["point", "ball", "cube"]


def test_the_order_does_not_depend_on_who_imported_what(package):
    shapes = package(first="('discs',)", balls="SHAPES.register('ball', 1)",
                     cubes="SHAPES.register('die', 2)\nSHAPES.register('box', 2)",
                     discs="SHAPES.register('disc', 3)")
    shapes.register("mine", 4)
    __import__("shapes_of_a_test.cubes")
    assert list(shapes) == ["point", "disc", "ball", "die", "box", "mine"]


def test_a_look_up_while_the_files_are_imported_does_not_start_again(package):
    shapes = package(balls="SHAPES.register('ball', len(SHAPES))",
                     cubes="SHAPES.register('cube', SHAPES['ball'] + 1)")
    assert dict(shapes) == {"point": 0, "ball": 1, "cube": 2}


def test_a_file_that_fails_says_so_each_time(package):
    shapes = package(balls="SHAPES.register('ball', 1)", cubes="1 / 0")
    for _ in range(2):
        with pytest.raises(ZeroDivisionError) as error:
            shapes.find("ball")
        assert "shapes_of_a_test.cubes" in error.value.__notes__[0]


def test_a_name_that_two_files_take_is_refused(package):
    shapes = package(balls="SHAPES.register('ball', 1)", cubes="SHAPES.register('ball', 2)")
    with pytest.raises(ValueError, match=r"twice: in .*\.balls and in .*\.cubes"):
        len(shapes)


class Thing:
    def __init__(self, a, b=2):
        self.a, self.b = a, b


def test_settings_that_mean_nothing_are_left_out():
    thing = called_with(Thing, {"a": 5, "c": 7})
    assert (thing.a, thing.b) == (5, 2)
    assert called_with(lambda: 3, {"a": 5}) == 3
    assert accepts(Thing, "b") and not accepts(Thing, "c")
    assert accepts(partial(Thing, b=4), "a")
