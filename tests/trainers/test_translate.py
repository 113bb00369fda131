"""`main.py translate`: latents are found, files appear, a stopped command goes on, mistakes."""

import csv
import shutil

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from config.resolve import resolve
from config.run import Run
from data.decode import decode
from data.domain import Domain
from framework.checkpoint import Checkpoints
from framework.pixels import to_uint8, to_unit
from trainers import latent_search, translate
from trainers.coupled import build
from trainers.domains import write_description
from trainers.latent_search import LatentSearch, discriminator_features
from trainers.restore import Sampler
from trainers.translation import Translator

FLAGS = ["--preset", "none", "--generator", "quick", "--discriminator", "quick", "--width", "0.1",
         "--latent_dim", "3"]
KINDS = {"uniform": [], "normal": ["--latent", "normal"], "conditional": ["--conditional"],
         "shared": ["--gan_type", "cogan"]}


def new_run(folder, *flags, domains=("glyph", "glyph_edge")):
    """A run whose generators draw images of contrast that differ by domain."""
    config = resolve([*FLAGS, *flags, "--domains", ",".join(domains), "--run", str(folder)])
    data = [Domain(name, np.zeros((6, 32, 32, 3), np.uint8), np.arange(6, dtype=np.int32) % 3, 3)
            for name in domains]
    trainer = build(config, data)
    for v in [*trainer.generator.trainable_variables, *trainer.d_variables]:
        v.assign(3 * v)                 # which no seed gives
    with Run.open(config.experiment.run, config) as run:
        write_description(run.path, data)
        Checkpoints(run.checkpoints, trainer.state()).save(3)
    return run.path


@pytest.fixture(scope="module", autouse=True)
def few_at_once():
    """A search repeats images up to a batch; there are eight here at most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(latent_search, "BATCH", 8)
        yield


@pytest.fixture(scope="module", params=KINDS)
def run(request, tmp_path_factory):
    return new_run(tmp_path_factory.mktemp("translate") / "run", *KINDS[request.param])


def test_what_the_run_drew_is_found_again_and_noise_is_not(run):
    sampler = Sampler(run)
    inputs = np.asarray(sampler.inputs(5, seed=7))
    drawn = sampler.draw(inputs)
    found = LatentSearch(sampler, 1, starts=4, iterations=80)(drawn[1])
    assert found.inputs.shape == inputs.shape and found.unmatched.shape == (5,)
    assert np.median(found.unmatched) < 0.1
    partner = sampler.draw(found.inputs)[0]             # and with it the other domain's image
    apart = np.square(partner - drawn[0]).mean((1, 2, 3))
    assert np.median(apart / np.square(drawn[0].mean(0) - drawn[0]).mean((1, 2, 3))) < 0.5
    if sampler.config.training.latent == "uniform":
        assert np.abs(found.inputs).max() <= 1
    else:
        assert 0.3 < np.square(found.inputs).mean() < 3
    noise = np.random.default_rng(0).uniform(-1, 1, drawn[0].shape).astype("float32")
    assert LatentSearch(sampler, 0, starts=2, iterations=20)(noise).unmatched.min() > 0.9


def test_an_image_finds_its_own_domain(place):
    sampler = Sampler(place / "run")
    drawn = sampler(4, seed=3)
    found = Translator(sampler, [0, 1], starts=4, iterations=60)(
        np.concatenate([drawn[0], drawn[1]]))
    assert (found.source == [0, 0, 0, 0, 1, 1, 1, 1]).mean() >= 0.75
    assert [x.shape for x in found.images] == [(8, 32, 32, 3)] * 3


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A run over three domains, and files that it drew: a folder, one in it, one apart."""
    folder = tmp_path_factory.mktemp("files")
    path = new_run(folder / "run", domains=("glyph", "glyph_edge", "glyph_negative"))
    (folder / "in" / "below").mkdir(parents=True)
    for k, image in enumerate(to_uint8(Sampler(path)(4, seed=2)[0])):
        name = ("in/a.png", "in/b.png", "in/below/a.png", "c.png")[k]
        cv2.imwrite(str(folder / name), image[..., ::-1])
    return folder


def words(place, *more, output="out"):
    return ["translate", str(place / "run"), "--starts", "2", "--iterations", "8", "--from",
            "glyph", "--output", str(place / output), *more]


def rows(place, output="out"):
    return list(csv.DictReader(open(place / output / "matches.csv", encoding="utf-8")))


def test_files_of_the_same_names_and_a_sheet(place, capsys):
    assert main(words(place, str(place / "in"), str(place / "c.png"))) == 0
    out, printed = place / "out", capsys.readouterr().out
    for domain in ("glyph", "glyph_edge", "glyph_negative"):
        for name in ("a", "b", "below/a", "c"):
            assert decode(out / domain / f"{name}.png").shape == (32, 32, 3)
    assert [row["name"] for row in rows(place)] == ["a", "b", "below/a", "c"]
    assert {row["from"] for row in rows(place)} == {"glyph"}
    for row in rows(place):
        folder = place if row["name"] == "c" else place / "in"
        given = to_unit(decode(folder / f"{row['name']}.png"))
        match = to_unit(decode(out / "glyph" / f"{row['name']}.png"))
        np.testing.assert_allclose(
            float(row["unmatched"]), np.square(match - given).mean() / given.var((0, 1)).mean(),
            rtol=0.05, atol=2e-3)
        assert f"{row['name']}: of glyph, {100 * float(row['unmatched']):.0f} %" in printed
    sheet = decode(out / "sheet.png")
    assert sheet.shape[0] == 4 * 64 and sheet.std() > 20        # given, and three domains
    given = sheet[:64, -4 * 64:-3 * 64][::2, ::2]
    np.testing.assert_array_equal(given, decode(place / "in" / "a.png"))


def test_a_stopped_command_goes_on(place, monkeypatch, capsys):
    monkeypatch.setattr(translate, "BATCH", 2)
    whole = translate.write_rows

    def stop_after_the_first(folder, found):
        whole(folder, found)
        raise KeyboardInterrupt
    monkeypatch.setattr(translate, "write_rows", stop_after_the_first)
    given = words(place, str(place / "in"), "--to", "glyph_edge", output="parts")
    assert main(given) == 130
    monkeypatch.setattr(translate, "write_rows", whole)
    before = {p: p.stat().st_mtime_ns for p in (place / "parts" / "glyph_edge").rglob("*.png")}
    assert len(before) == 2 and not (place / "parts" / "glyph").exists()
    capsys.readouterr()
    assert main(given) == 0
    assert "2 of 3 images are in" in capsys.readouterr().out
    assert {p: p.stat().st_mtime_ns for p in before} == before
    assert len(rows(place, "parts")) == 3 and (place / "parts" / "sheet.png").exists()
    assert main([*given, "--seed", "5"]) == 2
    assert "made otherwise; choose another --output, or add --overwrite" in capsys.readouterr().err
    assert main([*given, "--seed", "5", "--overwrite"]) == 0


def test_a_broken_image_of_several_is_passed_over_and_noise_is_warned_of(place, capsys):
    folder = place / "odd"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    cv2.imwrite(str(folder / "noise.png"), noise)
    (folder / "broken.png").write_bytes((folder / "noise.png").read_bytes()[:200])
    assert main(words(place, str(folder), output="odd_out")) == 0
    printed = capsys.readouterr()
    assert "broken" in printed.err and "passed over" in printed.err
    assert "1 of 1 are matched too badly" in printed.out and ": noise;" in printed.out
    assert main(words(place, str(folder / "broken.png"), output="odd_out2")) == 2


def test_results_are_no_images_to_translate_and_endings_tell_files_apart(place, tmp_path):
    folder = tmp_path / "given"
    folder.mkdir()
    for name in ("a.png", "a.jpg", "b.v2.png"):
        cv2.imwrite(str(folder / name), decode(place / "c.png")[..., ::-1])
    given = ["translate", str(place / "run"), str(folder), "--starts", "2", "--iterations", "2",
             "--from", "glyph", "--output", str(folder / "out")]
    for _ in range(2):
        assert main(given) == 0
        text = (folder / "out" / "matches.csv").read_text(encoding="utf-8")
        names = [line.split(",")[0] for line in text.splitlines()[1:]]
        assert names == ["a.jpg", "a.png", "b.v2"]
    assert (folder / "out" / "glyph_edge" / "a.jpg.png").exists()
    assert (folder / "out" / "glyph_edge" / "b.v2.png").exists()


def test_a_run_that_was_moved_is_compared_by_its_own_discriminator(place, tmp_path):
    images = np.random.default_rng(0).uniform(-1, 1, (2, 32, 32, 3)).astype("float32")
    shutil.copytree(place / "run", tmp_path / "began")
    config = tmp_path / "began" / "config.json"
    config.write_text(config.read_text().replace(str(place / "run"), str(tmp_path / "began")))
    (tmp_path / "began").rename(tmp_path / "moved")
    rows = [discriminator_features(Sampler(path), 1)(images, None)
            for path in (place / "run", tmp_path / "moved")]
    assert len(rows[0]) == 3
    for own, moved in zip(*rows, strict=True):
        np.testing.assert_allclose(own, moved, atol=1e-5)


@pytest.mark.parametrize("more, message", [
    (["missing.png"], "there is no image and no folder missing.png"),
    (["{p}/in", "{p}/in/a.png"], "would both become a.png.png"),
    (["{p}/c.png", "--to", "glyph_edges"], "glyph_edge"),
    (["{p}/c.png", "--from", "street"], "domain"),
    (["{p}/c.png", "--starts", "0"], "starts must be"),
])
def test_mistakes(place, capsys, more, message):
    assert main(words(place, *(m.format(p=place) for m in more), output="no")) == 2
    error = capsys.readouterr().err.splitlines()
    assert len(error) == 1 and message in error[0]
    assert not list(place.glob("no/*/*"))


def test_a_run_of_one_domain_is_refused(tmp_path, place, capsys):
    path = new_run(tmp_path / "one", "--gan_type", "gan", domains=("glyph",))
    assert main(["translate", str(path), str(place / "c.png")]) == 2
    assert "needs a run of two domains of images or more" in capsys.readouterr().err
