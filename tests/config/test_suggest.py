"""From what a user names to a command line that would train on it."""

import shlex

import pytest

from config.resolve import resolve
from config.suggest import Data, command, fitting_size, net_sizes, preset_for, quick_command
from framework.errors import UserError


@pytest.fixture
def places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("cats", "my dogs", "a,b"):
        (tmp_path / name).mkdir()


@pytest.mark.parametrize("words, flags", [
    (["cats"], ["--dataset", "folder:cats"]), (["a,b"], ["--dataset", "folder:a,b"]),
    (["cats", "my dogs"], ["--dataset", "folder:cats,my dogs"]),
    (["cats,my dogs"], ["--dataset", "folder:cats,my dogs"]),
    (["folder:cats,my dogs"], ["--dataset", "folder:cats,my dogs"]),
    (["glyph2street"], ["--dataset", "glyph2street"]), (["no/where"], ["--dataset",
                                                                     "folder:no/where"]),
    (["glyph,mnist"], ["--domains", "glyph,mnist"]),
    (["glyph", "cats"], ["--domains", "glyph,folder:cats"])])
def test_what_is_named(places, words, flags):
    assert Data.of(words).flags() == flags


@pytest.mark.parametrize("words, message", [([""], "a name of data is empty"),
                                            (["a,b", "cats"], "a,b has a comma in its name")])
def test_what_names_nothing(places, words, message):
    with pytest.raises(UserError, match=message):
        Data.of(words)


@pytest.mark.parametrize("words, domains, size, few, preset, augment", [
    (["cats"], 1, 64, True, "own-gan", "color,translation"),
    (["cats", "my dogs"], 2, 64, True, "own-scogan", "color,translation"),
    (["glyph2street"], 2, 32, False, "demo", ""), (["glyph2street"], 2, 64, True, "demo",
                                                   "color,translation"),
    (["glyph", "cats"], 2, 32, False, "own-scogan", "")])
def test_the_command_is_one_that_training_takes(places, words, domains, size, few, preset,
                                                augment):
    data = Data.of(words)
    assert preset_for(data, domains).name == preset
    line = command(data, domains, size, ["--image_size", str(size)], few)
    assert line.startswith("python main.py --gan_type ")
    config = resolve(shlex.split(line)[2:])
    assert config.experiment.preset == preset and config.loss.augment == augment
    assert config.data.image_size == size
    own = preset == "demo" and size == 32
    assert config.nets.generator == ("quick" if own else "auto")


@pytest.mark.parametrize("words, domains, preset", [(["cats"], 1, "quick-photo"),
                                                    (["cats", "my dogs"], 2, "quick-twins")])
def test_the_quick_command(places, words, domains, preset):
    line, description = quick_command(Data.of(words), domains, [])
    config = resolve(shlex.split(line)[2:])
    assert config.experiment.preset == preset and config.data.image_size == 64
    assert description.startswith("photographs of")


def test_sizes_of_nets():
    assert net_sizes() == [28, 32, 64, 128, 160, 256]
    assert [fitting_size(side) for side in (20, 28, 100, 128, 999)] == [0, 28, 64, 128, 256]
