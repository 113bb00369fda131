"""Blind sheets: what is on them, what is not, and what answers to them say."""

import csv
import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from framework.errors import UserError
from report.answers import Rate, rates, read_answers, read_key, sign_test
from report.study import by_name, deception_items, name_folders, preference_items

from .test_page import Tags, data_of

METHODS, NAMES = ("zwirbel", "quastel", "mumpitz"), ("one", "two", "sub/three")


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for seed, method in enumerate((*METHODS, "truth")):
        for k, name in enumerate((*NAMES, f"only-{method}")):
            file = tmp_path / method / f"{name}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.random.default_rng([seed, k]).integers(0, 256, (24, 40, 3), np.uint8)
            file.write_bytes(cv2.imencode(".png", pixels)[1].tobytes())
    return tmp_path


def made(place, *more):
    assert main(["study", *METHODS, "--output", "s.html", "--overwrite", *more]) == 0
    with open("s-key.csv", newline="") as file:
        return (place / "s.html").read_text(), list(csv.DictReader(file))


def answered(path, rows, person=""):
    study = read_key("s-key.csv").study
    path.write_text("study,person,item,answer\n" + "".join(
        f'{study},"{person}",{item},{answer}\n' for item, answer in rows))
    return str(path)


def test_the_page_has_every_picture_and_no_name(place, capsys):
    page, key = made(place)
    tags = Tags(page)
    sources = [about["src"] for tag, about in tags.tags if tag == "img" and "src" in about]
    assert tags.open == [] and len(set(sources)) == 9 == len(key)
    assert all(source.startswith("data:image/webp;base64,") for source in sources)
    assert not any(word in page for word in (*METHODS, "only-", "three", str(place)))
    assert not [about for tag, about in tags.tags if tag in ("link", "script")
                and (about.get("src") or not about.get("href", "data:").startswith("data:"))]
    radios = [(about["name"], about["value"]) for tag, about in tags.tags
              if about.get("type") == "radio"]
    assert radios == [(row["item"], row["picture"]) for row in key]
    assert {(row["method"], row["file"]) for row in key} == {
        (method, f"{method}/{name}.png") for method in METHODS for name in NAMES}
    assert data_of(page)[0]["study"] == key[0]["study"] and "s-key.csv" in capsys.readouterr().out


def test_the_order_is_by_the_seed(place):
    orders = {seed: [row["file"] for row in made(place, "--seed", str(seed))[1]]
              for seed in range(4)}
    assert [row["file"] for row in made(place, "--seed", "2")[1]] == orders[2]
    assert len({tuple(order) for order in orders.values()}) > 1
    assert len(made(place, "--items", "2")[1]) == 6
    names = [f"{k:03}" for k in range(600)]
    files = {m: {name: Path(name) for name in names} for m in METHODS}
    first = [item[0].method for item in preference_items(files, 600, 0)]
    assert all(150 < first.count(method) < 250 for method in METHODS)    # 200 +- 11.5
    places = [item[0].file.name for item in preference_items(files, 600, 0)]
    assert sorted(places) == names != places


def test_deception_mixes_real_pictures_in(place):
    page, key = made(place, "--kind", "deception", "--real", "truth")
    assert sorted(row["method"] for row in key) == sorted((*METHODS, "real") * 4)
    assert {row["picture"] for row in key} == {"A"} and "truth" not in page
    files = {m: {f"{k}": Path(f"{k}") for k in range(50)} for m in METHODS}
    items = deception_items(files, 20, 0)
    assert len(items) == 60 and [item[0].method for item in items[:20]].count(METHODS[0]) < 20


def wilson(k, n, z=1.959963984540054):
    """By hand: the roots of (p - k/n)^2 = z^2 p (1 - p) / n."""
    middle = (k / n + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(k / n * (1 - k / n) / n + z**2 / (4 * n**2))
    return middle - half, middle + half


@pytest.mark.parametrize("k, n", [(0, 7), (3, 7), (50, 100), (999, 1000), (1, 1)])
def test_wilson_and_sign_test_by_hand(k, n):
    assert Rate("m", k, n).interval == pytest.approx(wilson(k, n), abs=1e-9)
    tail = sum(math.comb(n, i) for i in range(min(k, n - k) + 1)) / 2**n
    assert sign_test(k, n - k) == pytest.approx(min(1, 2 * tail), rel=1e-9)
    assert sign_test(0, 0) == 1


def test_rates_of_answers(place, capsys):
    _, rows = made(place)
    letters = {(row["item"], row["method"]): row["picture"] for row in rows}
    one = answered(place / "one.csv", [(i, letters[i, METHODS[0]]) for i in "123"], "Ann")
    two = answered(place / "two.csv", [("1", letters["1", METHODS[0]]),
                                       ("2", letters["2", METHODS[1]])])
    key = read_key("s-key.csv")
    found = rates(read_answers([one, two], key), key)
    assert found == [Rate("mumpitz", 0, 5), Rate("quastel", 1, 5), Rate("zwirbel", 4, 5)]
    assert main(["study", "--answers", one, two, "--key", "s-key.csv"]) == 0
    said = capsys.readouterr().out
    low, high = wilson(4, 5)
    assert f"0.800  {low:.3f}      {high:.3f}" in said
    assert "quastel against zwirbel: 1 to 4, p = 0.375 (sign test)" in said
    assert "5 answers of 2 files" in said


def test_rates_of_deception(place, capsys):
    _, rows = made(place, "--kind", "deception", "--real", "truth")
    answers = [(row["item"], "real" if row["method"] in ("real", "quastel") else "fake")
               for row in rows]
    path = answered(place / "a.csv", answers)
    assert main(["study", "--answers", path, "--key", "s-key.csv"]) == 0
    key = read_key("s-key.csv")
    assert rates(read_answers([path], key), key) == [
        Rate("mumpitz", 0, 4), Rate("quastel", 4, 4), Rate("real", 4, 4), Rate("zwirbel", 0, 4)]
    assert "quastel, real or fake by chance: p = 0.125" in capsys.readouterr().out


def test_answers_that_do_not_fit(place, capsys):
    _, rows = made(place)
    key = read_key("s-key.csv")
    fine = answered(place / "fine.csv", [("1", "A")], "Ann")
    twice = answered(place / "twice.csv", [("1", "B")], "Ann")
    for paths, words in (
            ([fine, twice], "Ann answers item 1 for the second time"),
            ([answered(place / "d.csv", [("1", "D")])], "no answer 'D' to item '1'"),
            ([answered(place / "i.csv", [("4", "A")])], "no answer 'A' to item '4'"),
            (["s-key.csv"], "is no file of answers"), (["none.csv"], "cannot read none.csv"),
            ([answered(place / "e.csv", [])], "there are no answers")):
        with pytest.raises(UserError, match=words):
            read_answers(paths, key)
    made(place, "--seed", "5")
    assert main(["study", "--answers", fine, "--key", "s-key.csv"]) == 2
    assert "answers the study" in capsys.readouterr().err


@pytest.mark.parametrize("words, message", [
    (["--answers", "a.csv"], "--answers needs --key"),
    (["zwirbel", "--output", "s.html"], "name 2 folders of results at least"),
    (["zwirbel", "--output", "s.html", "--kind", "deception"], "go together"),
    (["zwirbel", "quastel", "--output", "s.html", "--real", "truth"], "go together"),
    (["zwirbel", "quastel"], "--output is the page to write"),
    (["zwirbel", "lone", "--output", "s.html"], "no file has the same name in all of"),
    (["zwirbel", "zwirbel", "--output", "s.html"], "a folder is named twice"),
    (["zwirbel", "none", "--output", "s.html"], "none"),
    (["zwirbel", "quastel", "--output", "s.html", "--key", "s.html"], "would be called s.html"),
])
def test_mistakes(place, capsys, words, message):
    (place / "lone").mkdir()
    (place / "zwirbel/one.png").rename(place / "lone/other.png")
    assert main(["study", *words]) == 2
    assert message in capsys.readouterr().err
    assert not (place / "s.html").exists() and not (place / "s-key.csv").exists()


def test_what_is_there_stays(place, capsys):
    made(place)
    assert main(["study", *METHODS, "--output", "s.html"]) == 2
    assert "s.html exists" in capsys.readouterr().err


def test_folders_of_one_name_are_called_by_their_paths(place):
    named = name_folders(["zwirbel/sub", "quastel/sub"], "truth")
    assert list(named) == ["zwirbel/sub", "quastel/sub", "real"]
    assert set(by_name(place / "truth")) == {*NAMES, "only-truth"}
