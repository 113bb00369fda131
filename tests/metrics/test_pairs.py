"""Pairs that are pairs are found, and what only looks like pairing is not."""

from functools import cache

import cv2
import numpy as np
import pytest

from data.glyph import Glyphs
from data.transforms import edge, negative, plain, rotate, street
from framework.pixels import to_unit
from metrics import pairing, pairs
from metrics.features import FeatureExtractor
from metrics.pairing import Dependence, Retrieval
from metrics.pairs import Guard, Pairing, Truth, figures, verdict
from metrics.report import format_results
from metrics.shapes import edges, similarities

N, FEW, SIZE = 128, 64, 32
BLIND = {"edges", "self-similarity"}
PIXELS = FeatureExtractor("pixels", lambda images: images.reshape(
    len(images), 8, SIZE // 8, 8, SIZE // 8, 3).mean((2, 4)))       # sees all colours


@pytest.fixture(autouse=True)
def few_shuffles(monkeypatch):
    """Enough for p below 0.01, in an eighth of the time."""
    monkeypatch.setattr(pairing.dependence, "__defaults__", (0, 120))


@cache
def digits():
    """Two sets of N glyphs of any class in random order, and N of one class each."""
    drawn = Glyphs(1600, size=SIZE, seed=3)
    images, order = drawn[0:1600], np.random.default_rng(5).permutation(1600)
    ones = images[order][drawn.labels[order] == 3]
    return images[order[:N]], images[order[N:2 * N]], ones[:64], ones[64:128]


def rgb(images):
    return plain(images, SIZE).astype(np.float32)


def noise(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def tinted(images, seed=8):
    """Each image with a strong colour cast, which follows from its number."""
    colours = np.random.default_rng(seed).uniform(0, 255, (len(images), 1, 1, 3))
    return 0.5 * images + 0.5 * colours


def smooth_code(amplitude):
    code = np.stack([cv2.GaussianBlur(c, (0, 0), SIZE / 6) for c in noise(9, N, SIZE, SIZE, 3)])
    return amplitude * code / code.std((1, 2, 3), keepdims=True)


def both(a, b, add):
    """Unlike images in both domains, with the same addition."""
    return 0.8 * a + 25 + add, 0.8 * b + 25 + add


def flat(levels):
    return np.broadcast_to(levels, (N, SIZE, SIZE, 3)).astype(np.float32)


def cheats():
    x, y, one, other = digits()
    a, b = rgb(x), rgb(y)
    levels = np.random.default_rng(7).uniform(30, 220, (N, 1, 1, 1))
    code = noise(9, N, SIZE, SIZE, 3)
    return {
        "no pairing": (a, b),
        "one image for every z": (flat(a[:1]), flat(rgb(edge(x[:1], SIZE)))),
        "one image in one domain": (flat(a[:1]), b),
        "both grey": (flat(128), flat(128)),
        "a brightness that carries z": (flat(levels), 255 - flat(levels)),
        "a tint that carries z": (tinted(a), tinted(b)),
        "a tint over one image": (tinted(flat(a[:1])), tinted(flat(b[:1]))),
        "a tint alone": (tinted(flat(0)), tinted(flat(0))),
        "contrast that carries z": (a * (levels / 255), b * (levels / 255)),
        "a fine code": both(a, b, 4 * code),
        "a smooth code": both(a, b, smooth_code(3)),
        "a code in grey": (flat(128) + smooth_code(2),) * 2,
        "one class": (rgb(one), rgb(other)),
    }


def true_pairs():
    x = digits()[0][:FEW]
    a = rgb(x)
    return {"edges": (a, edge(x, SIZE)), "negative": (a, negative(x, SIZE)),
            "street": (a, street(x, SIZE, 4)),
            "other colours": (tinted(a, 1), tinted(255 - a, 2)),
            "moved": (a, np.roll(a, (2, -2), (1, 2)))}


CHEATS, TRUE = cheats(), true_pairs()


def measured(left, right, judges=(), **more):
    """The measure of two domains of images in levels of 0..255, in batches of 50."""
    measure = Pairing([edges(), similarities(), *judges], ["a", "b"], 1, **more)
    for i in range(0, len(left), 50):
        measure.add({f"generated {name}": to_unit(np.clip(np.rint(x[i:i + 50]), 0, 255))
                     for name, x in (("a", left), ("b", right))})
    return measure


def words(measure):
    [by_judge] = measure.verdicts.values()
    return by_judge


@pytest.mark.parametrize("name", TRUE)
def test_true_pairs_are_found(name):
    measure = measured(*TRUE[name])
    assert words(measure) == dict.fromkeys(BLIND, "pairs")
    for (judge, _), (there, back, test) in measure.found.items():
        assert (there.among, there.count, test.count) == (FEW, FEW, FEW)
        assert min(there.first, back.first) > (0.3 if judge == "edges" else 0.1)
        assert max(there.median_rank, back.median_rank) < 15 and test.p == 1 / 121


@pytest.mark.parametrize("name", CHEATS)
def test_cheats_are_not_pairs(name):
    """By no judge: neither by the blind ones nor by one that sees every pixel's colour."""
    measure = measured(*CHEATS[name], judges=[PIXELS])
    assert words(measure) == dict.fromkeys(BLIND | {"pixels"}, "no pairs")
    for there, back, test in measure.found.values():
        for found in (there, back):
            surplus = abs(found.first - found.chance)
            assert surplus < 4 * np.sqrt(found.chance / found.count)
        assert test.p > 0.01 and test.z < 4


def test_a_turned_copy_is_dependent():
    x = digits()[0][:FEW]
    by_judge = words(measured(rgb(x), rotate(x, SIZE)))
    assert by_judge == dict.fromkeys(BLIND, "dependent, but partners are not found")


def test_rows_for_each_judge():
    measure = measured(*TRUE["edges"], void={"edges": "it was seen"})
    rows = measure.results()
    assert [row.metric for row in rows[:7]] == [
        "retrieval", "retrieval_back", "chance", "median_rank", "median_rank_back", "hsic_z",
        "hsic_p"]
    assert {(row.compared.kind, row.by, row.note) for row in rows} == {
        ("pairing", "edges", "void: it was seen"), ("pairing", "self-similarity", "")}
    assert words(measure)["edges"] == "void: it was seen"
    text = format_results(rows)
    assert "generated a | generated b, by edges" in text and "R@1 back" in text
    assert "generated a | generated b: void: it was seen (R@1, " in text
    assert measure.lines() == [
        "generated a | generated b: void: it was seen (by edges); pairs (by self-similarity)",
        "guard not checked: images may be the price of pairs; name the same run without couplings "
        "by --baseline RUN"]
    measure.remark = "one judge is missing"
    assert measure.lines()[1] == "one judge is missing"
    said = measure.report()
    assert (said["samples"], said["among"], said["tested"], said["guard"]) == (
        FEW, FEW, FEW, "not checked")


def test_more_samples_than_are_kept(monkeypatch):
    monkeypatch.setattr(pairs, "MOST_SAMPLES", 60)
    monkeypatch.setattr(pairs, "MOST_TESTED", 40)
    measure = measured(*TRUE["edges"])
    there, _, test = measure.found["edges", pairs.compared("a", "b")]
    assert (measure.count, there.count, test.count) == (60, 60, 40)


def test_every_two_of_three_domains():
    x, y = (drawn[:FEW] for drawn in digits()[:2])
    measure = Pairing([edges()], ["a", "b", "c"], 1)
    measure.add({"generated a": to_unit(plain(x, SIZE)), "generated b": to_unit(edge(x, SIZE)),
                 "generated c": to_unit(plain(y, SIZE))})
    assert [(key.removeprefix("generated "), *found.values())
            for key, found in measure.verdicts.items()] == [
        ("a | generated b", "pairs"), ("a | generated c", "no pairs"),
        ("b | generated c", "no pairs")]


CHANCE, FOUND = Retrieval(0.005, 0.002, 120, 256, 1024), Retrieval(0.5, 0.02, 1, 256, 1024)
SURE, UNSURE = Dependence(0.1, 20, 0.001, 512), Dependence(0.1, 1, 0.2, 512)


@pytest.mark.parametrize("there, back, test, expected", [
    (FOUND, FOUND, SURE, "pairs"), (FOUND, FOUND, UNSURE, "no pairs"),
    (CHANCE, CHANCE, UNSURE, "no pairs"),
    (FOUND, CHANCE, SURE, "dependent, but partners are not found"),
    (CHANCE, FOUND, SURE, "dependent, but partners are not found")])
def test_verdicts(there, back, test, expected):
    assert verdict(there, back, test) == expected


def test_chance_stands_beside_it():
    rows = {name: (value, count) for name, value, _, count in figures(FOUND, CHANCE, SURE)}
    assert rows["chance"] == (1 / 256, 1024) and rows["retrieval"] == (0.5, 1024)
    assert rows["median_rank_back"] == (120, 1024) and rows["hsic_p"] == (0.001, 512)


def test_the_error_against_a_map_by_hand():
    def inverted(images, size):
        assert size == 2
        return 255 - images
    a = np.array([0, 100, 200], np.uint8).repeat(12).reshape(3, 2, 2, 3)
    b = np.array([255, 150, 50], np.uint8).repeat(12).reshape(3, 2, 2, 3)
    truth = Truth({("a", "b"): inverted})
    truth.add({"generated a": to_unit(a), "generated b": to_unit(b)})
    truth.add({"generated a": to_unit(a[:1]), "generated b": to_unit(b[:1] - 4)})   # no other
    own, other = truth.results()
    assert own.value == pytest.approx((0 + 5 + 5 + 4) / 4) and own.count == 4
    # The maps of the others are 55, 255, 155.
    assert other.value == pytest.approx((200 + 105 + 105) / 3) and other.count == 3
    assert own.by == "the map inverted of a" and own.metric == "error against the map"


@pytest.mark.parametrize("name, transform", [("edges", edge), ("negative", negative)])
def test_true_pairs_have_no_error_against_their_map(name, transform):
    truth = Truth({("a", "b"): transform})
    truth.add({f"generated {d}": to_unit(x) for d, x in zip("ab", TRUE[name], strict=True)})
    own, other = truth.results()
    assert own.value == 0 and other.value > 10


def guarded(ours, theirs, real, samples=60):
    """A guard over points as features: a domain "a" of [n, 2] each."""
    net = FeatureExtractor("points", lambda x: x)
    streams = {"generated a": ours, "baseline a": theirs, "real a": real}
    guard = Guard(net, ["a"], dict.fromkeys(streams, samples), 1, "plain")
    guard.add(streams)
    return guard


def test_a_guard_lets_equals_pass():
    real, ours = noise(0, 60, 2), noise(1, 60, 2) + 0.5
    guard = guarded(ours, ours, real)
    assert guard.reasons == [] and guard.checked.endswith("those of plain")
    assert {(r.metric, r.compared) for r in guard.results()} == {
        (f"guard {m}", f"{s} a") for m in ("kid", "coverage") for s in ("generated", "baseline")}


def test_a_guard_lets_better_images_pass():
    real = noise(0, 60, 2)
    assert guarded(noise(1, 60, 2), noise(2, 60, 2) + 2, real).reasons == []


def test_a_guard_finds_worse_images():
    real = noise(0, 60, 2)
    [kid, coverage] = guarded(noise(1, 60, 2) + 3, noise(1, 60, 2) + 0.5, real).reasons
    assert kid.startswith("KID of a is ") and "above 1.2 times the baseline's" in kid
    assert coverage.startswith("coverage of a is ") and "below 0.8 times" in coverage


def test_a_guard_finds_fewer_images():
    real = noise(0, 60, 2)
    found = guarded(0 * noise(1, 60, 2), noise(1, 60, 2) + 1.5, real)
    assert [why.split()[0] for why in found.reasons] == ["coverage"]


@pytest.mark.parametrize("ours, theirs, void", [
    (0.119, 0.1, False), (0.121, 0.1, True), (-0.001, -0.002, False), (0.001, -0.002, True)])
def test_the_limit_of_kid(ours, theirs, void):
    guard = guarded(*(noise(0, 60, 2),) * 3)
    rows = {key: row._replace(value=1.0) for key, row in guard.found.items()}
    for stream, value in (("generated a", ours), ("baseline a", theirs)):
        rows["kid", stream] = rows["kid", stream]._replace(value=value)
    guard.__dict__["found"] = rows
    assert bool(guard.reasons) is void


def test_too_few_images_for_a_guard():
    few = noise(0, 4, 2)
    assert guarded(few, few, few, 4).reasons == ["coverage of a could not be measured"]


def test_what_a_guard_finds_makes_all_void():
    real = noise(0, 60, 2)
    guard = guarded(noise(1, 60, 2) + 3, noise(1, 60, 2), real)
    measure = measured(*TRUE["edges"], guard=guard)
    assert all(row.note.startswith("void: KID of a is ") for row in measure.results())
    assert all(word.startswith("void: KID") for word in words(measure).values())
    kid, coverage, checked = measure.lines()
    assert kid.startswith("void: KID") and coverage.startswith("void: coverage")
    assert checked == guard.checked and measure.report()["void"] == guard.reasons
