"""`report.html`: one file, whole, without a network; its pictures, curves and words."""

import json
import re
import shutil
import time
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from framework.files import write_text
from report import page
from report.facts import facts_of, parameters
from report.grids import MOST_GRIDS, GridReader
from report.html import for_script
from report.page import RunPage, differing, render

HOSTILE = "</script><img src=x onerror=alert(1)>"


def new_run(folder, **options):
    """A run's folder as a training leaves it, with grids of random pixels."""
    (folder / "samples").mkdir(parents=True)
    (folder / "models").mkdir()
    values = {"gan_type": "scogan", "dataset": "glyph2street", "preset": "demo", "seed": 3,
              "feature_weight": 60.0, "iterations": 400} | options
    beside = {"content": {}, "environments": [{"python": "3.11", "processor": "a < b"}]}
    write_text(folder / "config.json", json.dumps(values | beside))
    write_text(folder / "domains.json", json.dumps(
        [{"name": name, "images": 10, "shape": [32, 32, 3], "classes": 10}
         for name in ("glyph", HOSTILE)]))
    rows = [f"{i},{1 + i / 100},{2 - i / 200}" for i in range(0, 300, 10)]
    write_text(folder / "losses.csv", "iteration,d/glyph,g/glyph\n" + "\n".join(rows) + "\n")
    random = np.random.default_rng(0)
    for number in (0, 50, 100):
        cv2.imwrite(str(folder / "samples" / f"{number:06d}.png"),
                    random.integers(0, 256, (64, 1300, 3), np.uint8))
    (folder / "samples" / "000200.png").write_bytes(b"no picture")
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return new_run(tmp_path_factory.mktemp("report") / "run")


class Tags(HTMLParser):
    """Every tag with its attributes, and what stands open at the end."""

    VOID = {"meta", "link", "img", "input", "br", "hr"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def data_of(text):
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL).group(1))


def test_the_page_is_whole_and_asks_for_nothing(run):
    text = render([facts_of(run)])
    tags = Tags(text)
    assert tags.open == [] and text.count("<script") == 2       # data, and the program
    for tag, about in tags.tags:
        for name in ("src", "href"):
            assert about.get(name, "#").startswith(("#", "data:")), (tag, about)
        if tag == "img":
            assert "alt" in about
    assert "@import" not in text and "url(" not in text
    assert HOSTILE not in text and "onerror=alert(1)&gt;" in text and "a &lt; b" in text


def test_what_the_page_says(run):
    facts = facts_of(run)
    text = render([facts])
    assert (facts.done, facts.asked, facts.title) == (291, 400, "scogan on glyph2street")
    assert "--iterations 400" in facts.goes_on
    (d, g) = data_of(text)[0]["charts"]
    assert (d["kind"], g["kind"]) == ("d", "g") and d["x"][-1] == 290
    assert d["series"][0]["mean"][0] == 1 and g["series"][0]["mean"][-1] == pytest.approx(0.55)
    where = {row["name"]: row["from"] for row in facts.options}
    assert where["seed"] == "given" and where["latent"] == "default"
    assert where["feature_weight"] == "preset demo"
    assert "<math" in text and "penalties/couplings.py:" in text
    assert "Not measured yet" in text


def test_grids_are_those_that_can_be_read_and_narrow_enough(run):
    grids = facts_of(run).grids
    assert [grid.iteration for grid in grids] == [0, 50, 100]
    assert {(grid.width, grid.height) for grid in grids} == {(1000, 49)}
    import base64
    coded = np.frombuffer(base64.b64decode(grids[1].data.partition(",")[2]), np.uint8)
    picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert picture.shape == (49, 1000, 3) and picture.std() > 10
    whole = cv2.imread(str(run / "samples" / "000050.png"))
    small = cv2.resize(whole, (1000, 49), interpolation=cv2.INTER_AREA).astype(float)
    assert np.corrcoef(small.ravel(), picture.ravel())[0, 1] > 0.5


def test_pairs_can_be_enlarged(tmp_path):
    run = new_run(tmp_path / "run")
    cv2.imwrite(str(run / "pairs-edges <x>.png"), np.zeros((10, 20, 3), np.uint8))
    (run / "pairs-broken.png").write_bytes(b"")
    facts = facts_of(run)
    assert [name for name, _ in facts.pictures] == ["edges <x>"]
    assert 'aria-label="Enlarge the pairs of edges &lt;x&gt;"' in render([facts])


def test_of_many_grids_the_first_and_the_last_stay(run, tmp_path):
    for number in range(0, 1000, 10):
        shutil.copy(run / "samples" / "000050.png", tmp_path / f"{number:06d}.png")
    found = [grid.iteration for grid in GridReader(tmp_path)()]
    assert len(found) == MOST_GRIDS and (found[0], found[-1]) == (0, 990)


def test_a_grid_is_packed_once(run, monkeypatch):
    reader = GridReader(run / "samples")
    first = reader()
    monkeypatch.setattr("report.grids.packed", lambda path: pytest.fail("packed again"))
    assert reader() == first


def test_parameters_are_counted_in_the_file(tmp_path):
    import keras
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4),
                            keras.layers.BatchNormalization()])
    net.save(tmp_path / "net.keras")
    assert parameters(tmp_path / "net.keras") == 3 * 4 + 4 + 4 * 4


def test_nothing_in_the_data_ends_the_script():
    text = for_script({"a": "</script><!--\u2028"})
    assert "<" not in text and "\u2028" not in text
    assert json.loads(text) == {"a": "</script><!--\u2028"}


def test_runs_beside_each_other(run, tmp_path, capsys):
    other = new_run(tmp_path / "other", seed=4, feature_weight=5.0)
    assert main(["report", str(run), str(other), "--output", str(tmp_path / "both.html")]) == 0
    text = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert [each["name"] for each in data_of(text)] == ["run", "other"]
    assert Tags(text).open == []
    found = dict(differing([facts_of(run), facts_of(other)]))
    assert found == {"seed": ["3", "4"], "feature_weight": ["60", "5"]}
    assert text.count('class="grid"') == 2 and "Search" not in text


@pytest.mark.parametrize("name, text", [
    ("metrics.json", "[1, 2]"), ("metrics.json", '{"pair_agreement": "x", "judge": 3}'),
    ("metrics.json", '{"pair_agreement": 0.5, "judge": {"accuracy_on_held_out": [1]}}'),
    ("metrics.json", '{"samples": 1, "seed": 1, "checkpoint": 2, "classes": 10, "judge": '
                     '{"accuracy_on_held_out": {"a": 0.5}}}'),
    ("domains.json", "[1]"), ("domains.json", '[{"name": "a"}]'), ("domains.json", ""),
    ("losses.csv", "a,b\n1,2\n"), ("losses.csv", ""), ("models/a.keras", "no zip"),
    ("samples/000050.png", "")])
def test_a_file_that_somebody_broke_costs_its_part_alone(tmp_path, capsys, name, text):
    run = new_run(tmp_path / "run")
    write_text(run / name, text)
    assert main(["report", str(run)]) == 0
    assert Tags((run / "report.html").read_text(encoding="utf-8")).open == []


def test_the_command_writes_into_the_run(tmp_path, capsys):
    run = new_run(tmp_path / "alone")
    assert main(["report", str(run)]) == 0
    assert "open it in a browser" in capsys.readouterr().out
    assert (run / "report.html").stat().st_size > 60_000
    assert main(["report", str(tmp_path / "none")]) == 2
    assert main(["report", str(run), "--output", "x.pdf"]) == 2
    assert "the page is a .html" in capsys.readouterr().err


def test_a_training_waits_until_its_page_is_cheap_again(run, tmp_path, monkeypatch):
    writes = []
    monkeypatch.setattr(page, "write_page", lambda path, runs: writes.append(time.sleep(0.01)))
    shown = RunPage(run)
    for _ in range(20):
        shown.write()
    assert len(writes) == 1
    shown.write(now=True)
    assert len(writes) == 2
    shown.due = 0.0
    shown.write()
    assert len(writes) == 3


def test_a_page_that_cannot_be_written_costs_one_line(run, monkeypatch, capsys):
    def full(path, runs):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(page, "write_page", full)
    shown = RunPage(run)
    shown.write()
    shown.write(now=True)
    assert capsys.readouterr().out.count("cannot be written") == 1
