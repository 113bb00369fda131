"""The table of ways through the command line, with methods that draw at once."""

import csv
import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from config.resolve import resolve
from figures.style_methods import COLUMNS, PAINTING, PHOTOGRAPH, standard_error
from figures.style_results import find_ways
from nets.vgg import VGGFeatures

BASE = ["figures", "style-methods", "PHOTOS", "PAINTINGS", "--output", "out", "--size", "32",
        "--vgg_weights", "few.npz", "--lpips_weights", "random"]
FROM_PHOTOGRAPH, FROM_PAINTING = ("content", "lpips"), ("gram", "features", "colours")


def rows():
    with open("out/style-methods.csv", newline="") as file:
        return list(csv.DictReader(file))


def values(way, column):
    return np.array([float(row[column]) for row in rows() if row["way"] == way])


def unit(path, size):
    found = cv2.resize(cv2.imread(path), size, interpolation=cv2.INTER_AREA)[..., ::-1]
    return (found.astype("float32") / 127.5 - 1)[None]


def test_the_measures_of_each_way(drawn, capsys):
    assert main([*BASE, "--methods", "keep,wash", "--iterations", "5"]) == 0
    out, err = capsys.readouterr()
    assert out.split() == [f"out/style-methods.{end}" for end in ("png", "csv", "md")]
    assert [line for line in err.splitlines() if "broken.png" in line] == [
        "the image PHOTOS/broken.png is broken: its end is missing; mend or remove it; it is "
        "passed over"]
    assert [(row["photograph"], row["painting"]) for row in rows() if row["way"] == "wash"] == [
        ("ph0", "pa0"), ("ph1", "pa1"), ("ph2", "pa0")]         # photograph i, painting i mod 2
    assert drawn == [("keep", None)] * 4 + [("wash", 1)] + [("wash", 5)] * 3    # one for nothing
    for column in FROM_PHOTOGRAPH:
        np.testing.assert_allclose(values(PHOTOGRAPH, column), 0, atol=1e-6)
        assert (values(PAINTING, column) > 0.01).all()
    for column in FROM_PAINTING:
        np.testing.assert_array_equal(values(PAINTING, column), 0)
        assert (values(PHOTOGRAPH, column) > 0.01).all()
    for column in (*FROM_PHOTOGRAPH, *FROM_PAINTING):
        np.testing.assert_array_equal(values("keep", column), values(PHOTOGRAPH, column))
        assert (values("wash", column) > 0.01).all()
    assert (values("wash", "peak_mib") > 50).all() and np.isnan(values(PAINTING, "seconds")).all()
    assert cv2.imread("out/style-methods.png").std() > 10


def test_content_is_relative_to_other_photographs(quick):
    """Of the second pair, whose painting is square; the next photograph is the third."""
    assert main([*BASE, "--methods", "keep"]) == 0
    net = VGGFeatures(["block1_conv2"], "few.npz")
    sizes = [(32, 21), (21, 32), (32, 21)]                  # width, height

    def away(path, k):
        one, other = (np.array(net(unit(each, sizes[k]))[0], float)
                      for each in (f"PHOTOS/ph{k}.png", path))
        return ((one - other)**2).mean()
    apart = np.mean([away(f"PHOTOS/ph{(k + 1) % 3}.png", k) for k in range(3)])
    assert values(PAINTING, "content")[1] == pytest.approx(away("PAINTINGS/pa1.png", 1) / apart,
                                                           rel=0.1)


def test_the_table_has_means_and_standard_errors(quick):
    assert main([*BASE, "--methods", "wash", "--count", "2"]) == 0
    text = Path("out/style-methods.md").read_text()
    cells = next(line for line in text.splitlines() if line.startswith("| wash ")).split(" | ")
    assert len(cells) == 2 + len(COLUMNS) and cells[1] == "2"
    for cell, column in zip(cells[2:], COLUMNS, strict=True):
        found = [float(number) for number in re.findall(r"[\d.]+", cell)]
        first, second = values("wash", column)
        assert found == pytest.approx([(first + second) / 2, abs(first - second) / 2], abs=0.6)
    content = [float(number) for number in re.findall(r"[\d.]+", cells[2])]
    assert content == pytest.approx([values("wash", "content").mean(), np.ptp(
        values("wash", "content")) / 2], abs=6e-4)
    assert ("2 pairs, longer side 32; VGG-19 (weights few.npz), content at block1_conv2, style at "
            "block1_conv1, block1_conv2; mean difference; seed 0.") in text
    assert "- wash: iterations 3, seed 0, vgg_weights few.npz" in text
    assert standard_error(np.array([1.0, 2, 3, 4])) == pytest.approx(np.sqrt(5 / 3) / 2)


def test_a_method_that_cannot_draw_some(quick, capsys, tmp_path):
    (tmp_path / "RUN").mkdir()
    words = [*BASE, "--methods", "keep,shy", "--runs", "shy=RUN"]
    assert main(words) == 0
    assert "ph1--pa1.png: it is tall; it is left out" in capsys.readouterr().err
    assert len(values("shy", "lpips")) == 2 and len(values("keep", "lpips")) == 3
    about = json.loads(Path("out/style-results/shy/ph0--pa0.json").read_text())["about"]
    assert (about["run"], about["checkpoint"]) == ("RUN", 0)
    for name in ("ph0", "ph2"):
        Path(f"PHOTOS/{name}.png").unlink()
        Path(f"PHOTOS/{name}.png").write_bytes(Path("PHOTOS/ph1.png").read_bytes())
    assert main([*words, "--output", "other"]) == 2
    assert "error: ph0--pa0.png: it is tall" in capsys.readouterr().err


@pytest.fixture
def trained(pictured):
    """Runs without a checkpoint: runs/gan, runs/inverse and runs/style."""
    pair = ["--preset", "none", "--dataset", "glyph2edge"]
    looking = ["--vgg_weights", "random", "--content_weight", "1", "--style_weight", "1"]
    for name, flags in (("gan", ["--preset", "none", "--gan_type", "gan", "--dataset", "glyph"]),
                        ("inverse", [*pair, "--gan_type", "inverse_net", *looking[:2]]),
                        ("style", [*pair, "--gan_type", "style_vae", *looking])):
        Path(f"runs/{name}").mkdir(parents=True)
        Path(f"runs/{name}/config.json").write_text(json.dumps(resolve(flags).stored()))


def test_runs_of_one_method_have_names_of_their_own(trained):
    ways = find_ways("adain, swap,linear,inverse", ["linear=runs/style", "adain=runs/style",
                                                    "inverse=runs/inverse"],
                     {"vgg_weights": "random", "iterations": 7, "seed": 1})
    assert [(way.name, way.method) for way in ways] == [
        ("adain", "adain"), ("swap", "swap"), ("linear", "adain"), ("inverse", "inverse")]
    assert ways[3].options == {"run": "runs/inverse"}           # no steps, as it is by itself
    assert ways[2].options == {"run": "runs/style", "seed": 1}
    assert (ways[2].told["run"], ways[2].told["checkpoint"]) == ("style", 0)
    assert ways[1].options == {"vgg_weights": "random", "iterations": 7, "seed": 1}
    assert ways[1].told["patch_size"] == 3 and not {"progress", "memory_limit"} & set(ways[1].told)


@pytest.mark.parametrize("words, message", [
    (["--methods", "kep"], "unknown method 'kep'"),
    (["--methods", ","], "--methods names no method"),
    (["--methods", "inverse"], "the method inverse needs a trained net: --runs inverse=RUN"),
    (["--methods", "inverse", "--runs", "inverse=NONE"], "NONE"),
    (["--methods", "keep", "--runs", "keep=RUN"], "--runs names a run of keep, which is none of"),
    (["--methods", "keep", "--runs", "adain=RUN"], "--runs names a run of adain, which is none of"),
    (["--methods", "swap", "--runs", "swap"], "--runs has NAME=RUN, such as adain=runs/style"),
    (["--methods", "a/b", "--runs", "a/b=RUN"], "--runs has NAME=RUN, such as adain=runs/style"),
    (["--methods", "linear", "--runs", "linear=NONE"], "there is no run at NONE"),
    (["--methods", "linear", "--runs", "linear=runs/gan"],
     "runs/gan is of gan_type gan, with which no method draws; one of inverse_net, style_vae does"),
    (["--methods", "adain", "--runs", "adain=runs/inverse"],
     "runs/inverse is of gan_type inverse_net; --method adain needs a style_vae"),
    (["--count", "1"], "PHOTOS has one"),
    (["--vgg_weights", "none.npz"], "there are no weights of vgg19 at none.npz"),
])
def test_mistakes_are_one_line_before_anything_is_drawn(quick, trained, capsys, words, message):
    assert main([*BASE, *words]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("scogan: error: ") and message in said
    assert not Path("out/style-results").exists() and quick == []


def test_folders_that_do_not_serve(quick, capsys):
    assert main(["figures", "style-methods", "PHOTOS"]) == 2
    assert "name two folders: of photographs and of paintings" in capsys.readouterr().err
    for place in ("a", "b"):
        Path(f"PHOTOS/{place}").mkdir()
        Path(f"PHOTOS/{place}/same.png").write_bytes(Path("PHOTOS/ph0.png").read_bytes())
    assert main([*BASE, "--methods", "keep"]) == 2
    assert "2 images in PHOTOS are called same; rename them" in capsys.readouterr().err
    Path("BROKEN").mkdir()
    Path("BROKEN/one.png").write_bytes(b"\x89PNG no")
    assert main(["figures", "style-methods", "BROKEN", "PAINTINGS"]) == 2
    assert "no image in BROKEN can be read" in capsys.readouterr().err


@pytest.mark.slow
def test_real_methods_in_processes_of_their_own(pictured):
    assert main([*BASE, "--methods", "swap,gatys", "--iterations", "2", "--vgg_weights",
                 "random"]) == 0
    assert "random weights" in Path("out/style-methods.md").read_text()
    assert len(rows()) == 4 * 3 and (values("swap", "core_seconds") > 0.01).all()
    assert (values("gatys", "peak_mib") > 200).all()
    # Two steps are on the way from the photograph to the painting.
    assert 0 < values("gatys", "content").mean() < values(PAINTING, "content").mean()
    assert values("gatys", "gram").mean() < values(PHOTOGRAPH, "gram").mean()
