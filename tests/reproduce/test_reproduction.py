"""`main.py reproduce` from end to end, with runs of two iterations on data of the test's own."""

import numpy as np
import pytest

from commands.dispatch import main
from reproduce import reproduction as command
from reproduce import runs
from reproduce.tables import TABLES
from tests.trainers.untrained import untrained
from trainers import classifier, prune


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with mnist.npz and svhn.npz of noise."""
    folder, rng = tmp_path_factory.mktemp("reproduce"), np.random.default_rng(0)
    for name, shape in (("mnist", (28, 28)), ("svhn", (32, 32, 3))):
        arrays = {f"{split}_{part}": values for split, count in (("train", 64), ("test", 20))
                  for part, values in (("images", rng.integers(0, 256, (count, *shape), np.uint8)),
                                       ("labels", np.arange(count, dtype=np.uint8) % 10))}
        np.savez(folder / f"{name}.npz", **arrays)
    return folder


@pytest.fixture
def calls(monkeypatch, place):
    """Commands run in this process, with classifiers that learned nothing and no image pruned;
    holds their words."""
    made = []
    monkeypatch.setenv("SCOGAN_CACHE", str(place / "cache"))
    monkeypatch.setattr(classifier, "train_classifier", untrained)
    monkeypatch.setattr(prune, "highest_probabilities", lambda domain, *_: np.ones(len(domain)))

    def call(*words):
        made.append(words[0])
        more = ["--compile", "none", "--no_sample_early"] if words[0] == "train" else []
        return main([*map(str, words), *more]) == 0
    monkeypatch.setattr(runs, "run_main", call)
    return made


def test_a_table_is_made_once(calls, place, capsys):
    asked = ["reproduce", "7.1", "--iterations", "2", "--samples", "100", "--lpips_net", "squeeze",
             "--data_dir", str(place), "--output", str(place / "out")]
    assert main(asked) == 0 and calls == ["train", "evaluate"]
    text = (place / "out" / "quick" / "table-7.1.txt").read_text()
    lines = text.splitlines()
    assert lines[0] == "Table 7.1: the semantic loss alone on mnist2svhn; scale quick"
    assert lines[3].startswith("SL ") and all(f" {x} " in lines[3] for x in ("0.3018", "0.1140"))
    assert " +- " in lines[3] and "0.3304" in lines[4]
    assert "- measured by perceptual-distance (random squeeze), not by LPIPS (alex, v0.1)" in lines
    assert "- 64 images of svhn_pruned for 70262" in lines and "- 100 pairs for 50000" in lines
    assert any(line.startswith("- trained with generator quick for digit_small") for line in lines)
    assert text in capsys.readouterr().out
    assert main(asked) == 0 and calls == ["train", "evaluate"]
    assert text in capsys.readouterr().out


def test_rows_that_cannot_be_made_are_named(calls, tmp_path, capsys):
    """Without data: nothing is downloaded here, the names of the columns are there."""
    (tmp_path / "mnist.npz").write_text("broken")
    assert main(["reproduce", "7.1", "--data_dir", str(tmp_path), "--output",
                 str(tmp_path / "out")]) == 2
    out, err = capsys.readouterr()
    assert err.splitlines()[-1] == "scogan: error: could not make SL of 7.1; see above"
    assert "mnist.npz" in err and "0.3018" in out


def test_names_are_listed_and_mistakes_found(capsys):
    assert main(["reproduce"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["table", *TABLES]
    for words, message in ((["5.9"], "did you mean '5.4'"), (["5.1", "--scale", "ful"], "'full'"),
                           (["5.1", "--lpips_net", "alexnet"], "'alex'"),
                           (["5.1", "--iterations", "-1"], "at least 0")):
        assert main(["reproduce", *words]) == 2
        assert message in capsys.readouterr().err


@pytest.mark.parametrize("files, asked, expected", [
    ((), ("", "", "quick"), ("alex", "random")), ((), ("", "", "full"), ("alex", "")),
    (("squeezenet1_1_features.npz", "lpips_lin_v0.1.npz"), ("", "", "full"), ("squeeze", "HERE")),
    (("squeezenet1_1_features.npz",), ("", "", "quick"), ("alex", "random")),
    (("squeezenet1_1-b8a52dc0.pth", "squeeze.pth"), ("squeeze", "", "quick"), ("squeeze", "HERE")),
    (("squeezenet1_1_features.npz", "lpips_lin_v0.1.npz"), ("vgg", "", "quick"), ("vgg", "random")),
    ((), ("vgg", "there", "quick"), ("vgg", "there"))])
def test_which_distance(tmp_path, files, asked, expected):
    for name in files:
        (tmp_path / name).touch()
    net, weights, scale = asked
    found = command.choose_lpips(net, weights, str(tmp_path), scale)
    assert found == tuple(str(tmp_path) if word == "HERE" else word for word in expected)


def test_vgg_of_the_layers_that_are_read(tmp_path):
    layers = {f"block1_conv{i}/{part}": np.zeros(shape, "float32")
              for i, inputs in ((1, 3), (2, 64))
              for part, shape in (("kernel", (3, 3, inputs, 64)), ("bias", (64,)))}
    np.savez(tmp_path / "vgg19_part.npz", **layers)
    shallow = {"content_weight": 1.0, "content_layers": "block1_conv2"}
    deep = {"content_weight": 1.0, "content_layers": "block5_conv2"}
    assert command.find_vgg_weights(str(tmp_path), shallow) == str(tmp_path / "vgg19_part.npz")
    assert command.find_vgg_weights(str(tmp_path), deep) == ""
    assert command.find_vgg_weights(str(tmp_path), {}) == ""


def test_a_folder_that_is_not_there_is_said_before_anything_starts(calls, tmp_path, capsys):
    assert main(["reproduce", "all", "--data_dir", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.endswith("/none is no folder\n") and calls == []
