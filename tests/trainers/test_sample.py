"""`main.py sample RUN`: single pictures, one class, truncated latents."""

import numpy as np
import pytest

from commands.dispatch import main
from data.decode import decode
from framework.pixels import to_uint8
from tests.trainers.test_translate import new_run
from trainers import sample
from trainers.restore import Sampler


@pytest.fixture(scope="module", params=[[], ["--conditional"]], ids=["plain", "conditional"])
def run(request, tmp_path_factory):
    return new_run(tmp_path_factory.mktemp("sample") / "run", *request.param)


def test_a_folder_and_a_file_hold_the_same_pictures(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sample, "SAMPLE_BATCH", 4)
    expected = [to_uint8(x) for x in Sampler(run)(7, seed=5)]
    command = ["sample", str(run), "--count", "7", "--seed", "5", "--images"]
    assert main([*command, str(tmp_path / "all")]) == 0
    assert main([*command, str(tmp_path / "all.npz")]) == 0
    assert "7 images of each of glyph, glyph_edge, seed 5" in capsys.readouterr().out
    arrays = np.load(tmp_path / "all.npz")
    assert sorted(arrays) == ["glyph", "glyph_edge"]
    for name, images in zip(("glyph", "glyph_edge"), expected, strict=True):
        np.testing.assert_allclose(arrays[name], images, atol=1)
        files = sorted((tmp_path / "all" / name).iterdir())
        assert [f.name for f in files] == [f"{k:06d}.png" for k in range(7)]
        np.testing.assert_array_equal([decode(f) for f in files], arrays[name])
    assert not list(run.glob("sample-*.png"))
    for place in ("all", "all.npz"):
        assert main([*command, str(tmp_path / place)]) == 2
        assert "exists; choose another place" in capsys.readouterr().err


def test_truncated_latents_are_more_alike(run, tmp_path):
    whole, some, none = (np.asarray(Sampler(run, factor).latents(6, 1)) for factor in (1, 0.5, 0))
    np.testing.assert_allclose(some, whole / 2)
    np.testing.assert_array_equal(none, 0 * whole)
    assert main(["sample", str(run), "--images", str(tmp_path / "x.npz"), "--truncation", "0",
                 "--count", "12"]) == 0
    images = np.load(tmp_path / "x.npz")["glyph"].astype(int)
    classes = Sampler(run).classes or 1
    np.testing.assert_allclose(images[classes], images[0], atol=1)


def test_one_class_alone(run, tmp_path, capsys):
    classes = Sampler(run).classes
    if not classes:
        assert main(["sample", str(run), "--class", "0"]) == 2
        assert "is not conditional: it is told no class" in capsys.readouterr().err
        return
    inputs = np.asarray(Sampler(run, label=1).inputs(5, 1))
    np.testing.assert_array_equal(inputs[:, -classes:], np.eye(classes)[[1] * 5])
    picture = tmp_path / "x.png"
    assert main(["sample", str(run), "--class", "1", "--count", "4", "--output", str(picture)]) == 0
    assert decode(picture).std() > 10
    images, columns = Sampler(run, label=1).grid(4, 1)
    assert len(images[0]) == 4 and columns == 10
    np.testing.assert_allclose(images[0], Sampler(run).draw(inputs[:4])[0], atol=1e-5)
    assert main(["sample", str(run), "--class", str(classes)]) == 2
    assert f"class {classes} is not one of the {classes}" in capsys.readouterr().err


def test_a_grid_and_single_pictures_are_two_things(run, capsys):
    assert main(["sample", str(run), "--output", "x.png", "--images", "y"]) == 2
    assert "name one of them" in capsys.readouterr().err
