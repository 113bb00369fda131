"""Which net judges the pairs of a run, and what may stand beside it as its baseline."""

from types import SimpleNamespace

import pytest

from config.resolve import resolve
from data.transforms import edge, negative
from framework.errors import UserError
from metrics.weights import BACKBONE_FILES
from trainers import pairing
from trainers.pairing import baseline_of, couplings_of, fixed_maps, judging_net

SHAPE = (32, 32, 3)
BASE = ["--gan_type", "scogan", "--preset", "none", "--domains"]


def options(*words, domains="glyph,glyph_edge"):
    return resolve([*BASE, domains, *words])


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    """An empty cache, and no way to anywhere else."""
    monkeypatch.setenv("SCOGAN_CACHE", str(tmp_path))
    return tmp_path / "lpips"


def place_weights(folder):
    """A file by the name of SqueezeNet's weights, which nothing here reads."""
    folder.mkdir(parents=True)
    (folder / BACKBONE_FILES["squeeze"].arrays).write_bytes(b"")


def test_labelled_domains_are_judged_by_a_classifier():
    assert judging_net(options(), "", "", True, SHAPE) == ("classifier", "", "")
    assert judging_net(options("--feature_weight", "1"), "", "", True, SHAPE).name == "classifier"


def test_photographs_are_judged_by_squeezenet_where_it_is_at_hand(cache, tmp_path):
    assert judging_net(options(), "", "", False, SHAPE).name == ""
    place_weights(tmp_path / "mine")
    mine = str(tmp_path / "mine")
    assert judging_net(options(), "", mine, False, SHAPE) == ("squeeze", "", mine)
    place_weights(cache)
    assert judging_net(options(), "", "", False, SHAPE) == ("squeeze", "", "")
    assert judging_net(options(), "", "", False, (8, 8, 3)).name == ""


@pytest.mark.parametrize("term", ["semantic", "balance"])
def test_a_run_that_trained_by_a_classifier_has_another_judge(cache, term):
    config = options(f"--{term}_weight", "1")
    assert judging_net(config, "", "", True, SHAPE).name == ""
    place_weights(cache)
    assert judging_net(config, "", "", True, SHAPE).name == "squeeze"
    asked = judging_net(config, "classifier", "", True, SHAPE)
    assert asked.name == "classifier" and f"was trained with {term}, " in asked.void


@pytest.mark.parametrize("term", ["dependence", "similarity"])
def test_a_run_that_trained_by_squeezenet_has_another_judge(cache, term):
    place_weights(cache)
    config = options(f"--{term}_weight", "1")
    assert judging_net(config, "", "", False, SHAPE).name == ""
    assert term in judging_net(config, "squeeze", "", False, SHAPE).void
    assert judging_net(config, "inception", "", False, SHAPE) == ("inception", "", "")
    assert judging_net(config, "", "", True, SHAPE).name == "classifier"


def test_all_couplings_that_saw_by_the_net_are_named():
    config = options("--semantic_weight", "1", "--balance_weight", "2", "--feature_weight", "3")
    assert "semantic and balance" in judging_net(config, "classifier", "", True, SHAPE).void
    assert set(couplings_of(config)) == {"semantic", "balance", "feature"}
    assert couplings_of(options()) == []


def test_which_domains_a_fixed_map_makes():
    names = ["one", "two", "three", "four"]
    config = options(domains="glyph_edge,glyph,glyph_street,glyph_negative")
    assert fixed_maps(config, names) == {("two", "one"): edge, ("two", "four"): negative}
    assert fixed_maps(options(domains="glyph_edge,glyph_negative"), ["a", "b"]) == {}


def test_a_baseline_has_the_same_domains_and_no_couplings(monkeypatch):
    def run(*words, names=("a", "b"), shape=SHAPE):
        return SimpleNamespace(domains=list(names), image_shape=shape, config=options(*words))
    runs = {"plain": run(), "coupled": run("--feature_weight", "1", "--tying_weight", "2"),
            "others": run(names=("a", "c")), "large": run(shape=(64, 64, 3))}
    monkeypatch.setattr(pairing, "Sampler", runs.get)
    ours = run("--feature_weight", "1")
    assert baseline_of("", ours) is None and baseline_of("plain", ours) is runs["plain"]
    for place, why in (("coupled", "was trained with feature, tying"), ("others", "draws a, c"),
                       ("large", r"of \(64, 64, 3\), not a, b of \(32, 32, 3\)")):
        with pytest.raises(UserError, match=why):
            baseline_of(place, ours)


@pytest.mark.parametrize("words, void", [
    (["--semantic_weight", "1"], {}),
    (["--semantic_weight", "1", "--clusters", "4"],
     {"edges": "the run was trained on clusters of edges"})])
def test_edges_are_no_judge_of_a_run_that_trained_on_clusters_of_them(words, void):
    config, sampler = options(*words), SimpleNamespace(domains=["glyph", "glyph_edge"])
    run = pairing.PairedRun(config, sampler, pairing.JudgingNet(""), "")
    assert run.measures({}, 0, None)["pairing"].void == void
