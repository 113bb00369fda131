"""`main.py evaluate`: runs of every kind, two folders, and what cannot be measured."""

import json
import shutil

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from config.resolve import resolve
from config.run import Run
from framework.checkpoint import Checkpoints
from report.facts import figures_of
from tests.trainers.untrained import untrained
from trainers import classifier
from trainers.domains import load_domains, write_description
from trainers.image_sampler import ImageSampler
from trainers.kinds import TRAINERS

FLAGS = ["--preset", "none", "--generator", "quick", "--width", "0.05", "--latent_dim", "4",
         "--batch_size", "4", "--limit_data", "30", "--iterations", "2", "--compile", "none",
         "--no_sample_early", "--no-tensorboard"]
DISCRIMINATOR = ["--discriminator", "quick"]
KINDS = {
    "gan": ["--gan_type", "gan", "--dataset", "glyph", *FLAGS, *DISCRIMINATOR],
    "cogan": ["--gan_type", "cogan", "--dataset", "glyph2edge", *FLAGS, *DISCRIMINATOR],
    "scogan": ["--gan_type", "scogan", "--dataset", "glyph2negative", *FLAGS, *DISCRIMINATOR,
               "--conditional"],
    "mmd_gan": ["--gan_type", "mmd_gan", "--dataset", "glyph", "--loss", "mmd", *FLAGS,
                *DISCRIMINATOR, "--compile", "graph"],
    "gmmn": ["--gan_type", "gmmn", "--dataset", "glyph", "--loss", "mmd", *FLAGS],
    "drift": ["--gan_type", "drift", "--dataset", "glyph", *FLAGS],
    "ring": ["--gan_type", "gan", "--preset", "quick-ring", "--iterations", "2",
             "--compile", "none", "--no-tensorboard"],
}


UNTRAINED = ("gan", "cogan", "scogan", "drift", "ring")    # other tests train runs like these


@pytest.fixture(scope="module", autouse=True)
def unlearned():
    """Classifiers that have learned nothing, kept nowhere else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "train_classifier", untrained)
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluate")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCOGAN_CACHE", str(folder / "cache"))
        yield folder


@pytest.fixture(scope="module")
def run(place):
    """Makes a run of a kind at its first use; returns its folder."""
    def made(kind, flags=None):
        path = place / kind
        if kind in UNTRAINED and not path.exists():
            start(path, KINDS[kind])
        elif not path.exists():
            assert main([*(flags or KINDS[kind]), "--run", str(path)]) == 0
        return path
    return made


def start(path, flags):
    """A run with one checkpoint, of nets as they start."""
    config = resolve([*flags, "--run", str(path)])
    domains = load_domains(config)
    trainer = TRAINERS.find(config.experiment.gan_type)(config, domains).trainer
    with Run.open(path, config) as run:
        write_description(run.path, domains)
        Checkpoints(run.checkpoints, trainer.state()).save(2)


def evaluated(path, *words):
    assert main(["evaluate", str(path), "--samples", "20", *words]) == 0
    return json.loads((path / "metrics.json").read_text())


def kinds(report, metric):
    return [row["kind"] for row in report["results"] if row["metric"] == metric]


@pytest.mark.parametrize("kind", ["gan", "mmd_gan", "gmmn", "drift"])
def test_a_run_of_one_domain(run, kind, capsys):
    report = evaluated(run(kind))
    assert report["metrics"] == ["confidence", "kid", "diversity", "copies"]
    assert "pair_agreement" not in report and kinds(report, "kid") == ["own", "floor"]
    found = {row["metric"]: row for row in figures_of(report)["results"]}
    assert set(found) == {"spread", "variety", "copies"} and found["copies"]["count"] == 20
    assert "nearest of 30 training images, beside 30 held-out ones" in found["copies"]["note"]
    picture = cv2.imread(str(run(kind) / "pairs-nearest-glyph.png"))
    assert picture.shape[1] == 8 * 64 and picture[20:].std() > 1
    assert {"samples": 20, "seed": 1, "split": "train", "checkpoint": 2}.items() <= report.items()
    said = capsys.readouterr().out
    assert "generated glyph | real glyph" in said and said.endswith(
        f"20 samples, seed 1; kept in {run(kind) / 'metrics.json'}\n")


@pytest.mark.parametrize("kind", ["cogan", "scogan"])
def test_a_run_of_pairs(run, kind, capsys):
    report = evaluated(run(kind))
    assert report["metrics"] == ["pair_agreement", "confidence", "kid", "diversity", "copies"]
    assert kinds(report, "kid") == ["pair", "own", "own", "baseline", "floor", "floor"]
    assert all(np.isfinite(row["value"]) and row["split"] == "train" and row["seed"] == 1
               and row["count"] in (20, 15) and row["by"] for row in report["results"])
    said = capsys.readouterr().out
    assert said.splitlines()[-1].startswith(f"pair agreement {report['pair_agreement']:.3f}; ")
    kept = (run(kind) / "metrics.txt").read_text()
    shares = report["judge"]["accuracy_on_held_out"]
    assert kept in said and kept.endswith("the judge reads " + ", ".join(
        f"{100 * shares[name]:.1f} % of held-out {name}" for name in shares) + "\n")
    assert len(shares) == 2 and all(0 <= share <= 1 for share in shares.values())


def test_points(run, capsys):
    report = evaluated(run("ring"))
    assert [r["metric"] for r in report["results"]] == [
        "swd", "swd_bound"] * 2 + ["modes of 10", "points near a mode"]
    assert main(["evaluate", str(run("ring")), "--metrics", "lpips"]) == 2
    assert "draws points" in capsys.readouterr().err


def test_lpips_and_its_picture(run):
    path = run("cogan")
    report = evaluated(path, "--metrics", "lpips", "--lpips_net", "squeeze", "--lpips_weights",
                       "random", "--split", "test", "--seed", "3")
    assert kinds(report, "lpips") == ["pair", "own", "cross", "cross", "own", "baseline", "floor",
                                      "floor"]
    assert {(r["by"], r["count"], r["split"], r["seed"]) for r in report["results"]} == {
        ("perceptual-distance (random squeeze)", 20, "test", 3)}
    assert all(row["value"] > 0 for row in report["results"])
    picture = cv2.imread(str(path / "pairs-glyph-glyph_edge.png"))
    assert picture.shape[1] == 8 * 64 and picture.std() > 1
    assert picture[20:-20].std() > 0.5


def test_the_same_seed_gives_the_same_figures(run):
    words = ["--metrics", "kid,swd,prdc", "--extractor", "pixels"]
    first, again, other = (evaluated(run("cogan"), *words, "--seed", seed) for seed in "112")
    assert first == again and first["results"] != other["results"]


def test_a_folder_of_one_image(run, place, capsys):
    write_images(place / "one", 1)
    path = run("single", ["--gan_type", "gan", "--dataset", f"folder:{place / 'one'}",
                          "--image_size", "32", *FLAGS, *DISCRIMINATOR, "--batch_size", "1"])
    report = evaluated(path, "--metrics", "lpips,kid,prdc", "--lpips_weights", "random")
    noted = [r for r in report["results"] if r.get("note") == "needs two images or more"]
    assert [r["metric"] for r in noted] == ["lpips", "kid", "kid", "prdc", "prdc"]
    assert not any("value" in r for r in noted)
    assert "needs two images or more" in capsys.readouterr().out


def write_images(folder, count):
    rng = np.random.default_rng(count)
    folder.mkdir()
    for i in range(count):
        cv2.imwrite(str(folder / f"{i}.png"), rng.integers(0, 256, (34, 40, 3), np.uint8))


def test_two_folders_of_one_image(place, capsys):
    write_images(place / "lonely", 1)
    alone = str(place / "lonely")
    assert main(["evaluate", "--folders", alone, alone]) == 2
    assert capsys.readouterr().err == ("scogan: error: nothing can be measured of 1 and 1 images: "
                                       "needs two images or more\n")
    lpips = ["--metrics", "lpips,kid", "--lpips_net", "squeeze", "--lpips_weights", "random"]
    assert main(["evaluate", "--folders", alone, alone, *lpips]) == 0
    assert "0.0000" in capsys.readouterr().out


def test_two_folders(place, capsys):
    for name, count in (("x", 11), ("y", 12)):
        write_images(place / name, count)
    asked = ["evaluate", "--folders", str(place / "x"), str(place / "y"), "--metrics",
             "lpips,kid,prdc", "--lpips_net", "squeeze", "--lpips_weights", "random"]
    assert main([*asked, "--output", str(place / "out")]) == 0
    report = json.loads((place / "out" / "metrics.json").read_text())
    assert report["images"] == [11, 12] and report["image_size"] == 34
    assert kinds(report, "lpips") == ["folders", "floor", "floor"]
    assert [r["count"] for r in report["results"] if r["metric"] == "kid"] == [11, 5, 6]
    assert cv2.imread(str(place / "out" / "pairs-x-y.png")).std() > 10
    before = capsys.readouterr().out
    assert main(asked) == 0 and capsys.readouterr().out in before


def test_equal_folders_are_pairs_and_no_distance_apart(place, capsys):
    write_images(place / "same", 9)
    where = str(place / "same")
    assert main(["evaluate", "--folders", where, where, "--metrics", "lpips,swd", "--lpips_net",
                 "squeeze", "--lpips_weights", "random"]) == 0
    row = capsys.readouterr().out.splitlines()[1]
    assert row.startswith("same 1 | same 2") and "0.0000 +- 0.0000" in row


def test_pairing_beside_a_baseline(run, capsys):
    """By the judge of labelled domains, and beside itself, which is neither better nor worse."""
    path = run("cogan")
    report = evaluated(path, "--metrics", "pairing", "--baseline", str(path))
    said, [by_judge] = report["pairing"], report["pairing"]["verdicts"].values()
    assert list(by_judge) == said["judges"] == ["edges", "self-similarity", *said["judges"][2:]]
    assert "last but one layer" in said["judges"][2] and "judge" in report
    assert (said["samples"], said["among"], said["tested"], said["void"]) == (20, 20, 20, [])
    found = {(r["metric"], r["by"]): r for r in report["results"]}
    for name in said["judges"]:
        assert found["chance", name]["value"] == 1 / 20 and found["hsic_p", name]["seed"] == 1
        assert 0 <= found["retrieval", name]["value"] <= 1
    assert found["error against the map", "the map edge of glyph"]["count"] == 20
    assert found["guard coverage", said["judges"][2]]["count"] == 20
    text = (path / "metrics.txt").read_text()
    assert text in capsys.readouterr().out
    *_, guard, judge = text.splitlines()
    assert guard == "guard: KID and coverage beside those of cogan"
    assert judge.startswith("the judge reads ")


def test_pairing_without_a_baseline(run, capsys):
    words = ["--metrics", "pairing", "--extractor", "pixels"]
    first, again = (evaluated(run("cogan"), *words) for _ in "12")
    assert first == again and first["pairing"]["guard"] == "not checked"
    assert first["pairing"]["judges"] == ["edges", "self-similarity", "pixels"]
    assert "judge" not in first and "\nguard not checked: " in capsys.readouterr().out
    other = evaluated(run("cogan"), *words, "--seed", "2")
    assert other["results"] != first["results"]


def test_a_blind_sheet_alone(run, capsys):
    path = run("cogan")
    (path / "metrics.json").write_text("as it was")
    drawn = []
    for seed in "113":
        assert main(["evaluate", str(path), "--blind_sheet", "--seed", seed]) == 0
        drawn.append([(path / name).read_bytes() for name in (
            "blind-sheet.png", "blind-sheet-key.csv")])
    assert drawn[0] == drawn[1] and drawn[0][0] != drawn[2][0] and drawn[0][1] != drawn[2][1]
    assert cv2.imread(str(path / "blind-sheet.png")).shape[1] >= 640
    key = drawn[0][1].decode().splitlines()
    assert key[0] == "number,shown" and len(key) == 81
    assert sum(line.endswith(",true") for line in key) == 40
    assert (path / "metrics.json").read_text() == "as it was"
    assert "wrote " in capsys.readouterr().out


def test_a_blind_sheet_beside_metrics(run):
    path = run("scogan")
    evaluated(path, "--metrics", "kid", "--extractor", "pixels", "--blind_sheet")
    assert (path / "blind-sheet.png").exists() and (path / "blind-sheet-key.csv").exists()


def test_a_key_that_cannot_be_kept(run, capsys):
    path = run("scogan")
    for name in ("blind-sheet.png", "blind-sheet-key.csv"):
        (path / name).unlink(missing_ok=True)
    (path / "blind-sheet.png").mkdir()
    (path / "blind-sheet.png" / "x").write_text("")
    assert main(["evaluate", str(path), "--blind_sheet"]) == 2
    (path / "blind-sheet.png" / "x").unlink()
    (path / "blind-sheet.png").rmdir()
    assert capsys.readouterr().err.count("\n") == 1
    assert not (path / "blind-sheet-key.csv").exists() and not list(path.glob(".new-*"))


@pytest.mark.parametrize("kind, words, message", [
    ("gan", ["--blind_sheet"], "shows pairs of images"),
    ("ring", ["--blind_sheet"], "shows pairs of images"),
    ("gan", ["--metrics", "pairing"], "one domain"),
    ("cogan", ["--metrics", "pairing", "--baseline", "scogan"], "draws glyph, glyph_negative of")])
def test_what_has_no_pairs(run, kind, words, message, capsys):
    path, words = run(kind), [str(run(w)) if w in KINDS else w for w in words]
    capsys.readouterr()
    assert main(["evaluate", str(path), *words]) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1 and len(said) < 300


@pytest.mark.parametrize("words, message", [
    (["RUN", "--metrics", "modes"], "draws images"),
    (["RUN", "--metrics", "lpips", "--lpips_weights", "nowhere"], "nowhere"),
    (["RUN", "--data_dir", "nowhere", "--extractor", "squeeze", "--extractor_weights", "none"],
     "none"),
    (["--folders", "nowhere", "nowhere"], "no folder nowhere"),
    (["--folders", "nowhere", "nowhere", "--extractor", "classifier"], "have no labels"),
])
def test_mistakes_are_one_line_and_keep_what_was_there(run, place, words, message, capsys):
    path = run("cogan")
    (path / "metrics.json").write_text("as it was")
    capsys.readouterr()
    assert main(["evaluate", *(str(path) if w == "RUN" else w for w in words)]) == 2
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
    assert (path / "metrics.json").read_text() == "as it was"


def test_what_cannot_be_kept_is_printed_all_the_same(run, place, capsys):
    path, write = run("gan"), ["--metrics", "kid", "--extractor", "pixels", "--samples", "20"]
    (path / "metrics.json").unlink(missing_ok=True)
    (path / "metrics.json").mkdir()
    capsys.readouterr()
    assert main(["evaluate", str(path), *write]) == 2
    out, err = capsys.readouterr()
    (path / "metrics.json").rmdir()
    assert "generated glyph | real glyph" in out and out.endswith("20 samples, seed 1\n")
    assert err == ("scogan: error: what is printed could not be kept in "
                   f"{path}: Is a directory\n")


def test_folders_are_not_compared_before_the_output_can_be_had(place, capsys):
    write_images(place / "few", 3)
    (place / "taken").write_text("")
    assert main(["evaluate", "--folders", str(place / "few"), str(place / "few"), "--output",
                 str(place / "taken")]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "cannot write" in err


def test_a_run_that_diverged(run, capsys, monkeypatch):
    path, draw = run("gan"), ImageSampler.__call__
    monkeypatch.setattr(ImageSampler, "__call__",
                        lambda self, z: [x * np.nan for x in draw(self, z)])
    assert main(["evaluate", str(path), "--metrics", "kid", "--extractor", "pixels"]) == 2
    assert "generated glyph: values that are not finite" in capsys.readouterr().err


def test_a_run_without_a_checkpoint(run, tmp_path, capsys):
    path = shutil.copytree(run("gan"), tmp_path / "bare")
    for file in (path / "checkpoints").iterdir():
        file.unlink()
    (path / "metrics.json").unlink(missing_ok=True)
    capsys.readouterr()
    assert main(["evaluate", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and "has no checkpoint yet" in err and not (path / "metrics.json").exists()
