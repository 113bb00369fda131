"""The parsers of stylize and texture: what they hand on. Their mistakes: test_stylize,
test_textures."""

import subprocess
import sys
from pathlib import Path

import pytest

from commands.dispatch import main
from style import stylize, textures
from style.methods import METHODS


@pytest.fixture
def told(monkeypatch):
    calls = []
    for module in (stylize, textures):
        monkeypatch.setattr(module, "main", lambda *a, **k: calls.append((a, k)))
    return calls


def test_options_not_given_are_left_to_the_method(told):
    assert main(["stylize", "c", "s", "--output", "o"]) == 0
    assert told == [(("c", ["s"]), {"output": "o", "method": "nnst", "overwrite": False})]


@pytest.mark.parametrize("words, method", [
    (["c.png"], "nnst"), (["c.png", "--mix", "1"], "nnst"),
    (["c.png", "--patch_size", "5"], "swap"), (["c.mp4"], "swap"),
    (["c.mp4", "--method", "gatys"], "gatys")])
def test_the_usual_method_understands_the_options(told, words, method):
    assert main(["stylize", *words, "--output", "o"]) == 0
    assert [given["method"] for _, given in told] == [method]


def test_options_given(told):
    main(["stylize", "c", "s", "t", "--output", "o", "--method", "adain", "--memory_limit", "3",
          "--mix", "0.5,0.5", "--keep_colors", "--curve", "x.csv", "--run", "r"])
    assert told == [(("c", ["s", "t"]), {
        "output": "o", "method": "adain", "memory_limit": 3 << 20, "mix": (0.5, 0.5),
        "keep_colors": "luminance", "overwrite": False, "curve_file": "x.csv", "run": "r"})]


def test_texture(told):
    main(["texture", "s", "--output", "o", "--kernel", "all", "--net", "vgg16,resnet50",
          "--weights", "random", "--size", "64"])
    [(words, given)] = told
    assert words == ("s",) and given["kernels"][0] == "poly2" and len(given["kernels"]) == 5
    assert given["nets"] == ("vgg16", "resnet50") and given["layers"] == ()
    assert (given["size"], given["style_size"], given["iterations"]) == (64, 256, 200)


def test_every_option_of_every_method_can_be_given(capsys):
    with pytest.raises(SystemExit):
        main(["stylize", "--help"])
    text = capsys.readouterr().out
    options = {name for draw in METHODS.values() for name in draw.__kwdefaults__}
    options -= {"progress", "before"}
    assert {name for name in options if f"--{name} " not in text} == set()


def test_help_needs_no_tensorflow():
    code = ("import sys; from commands.dispatch import main\n"
            "try: main(['stylize', '--help'])\nexcept SystemExit: pass\n"
            "assert not {'tensorflow', 'keras', 'matplotlib'} & set(sys.modules)")
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True,
                   cwd=Path(__file__).parents[2])
