"""The pages of `stylize`, `texture`, `translate`: their pictures, links, options and words."""

import csv
import html
import json
import shlex
from pathlib import Path
from urllib.parse import unquote

import cv2
import numpy as np
import pytest

from commands.dispatch import main
from report.html import MARK, address
from report.translated import translated
from report.works import loss_charts, page_of
from style import textures, video
from style.images import read_uint8
from style.methods import METHODS

from .test_page import Tags, data_of, new_run

HOSTILE = 'a "b\'<img src=x>&%41#?.png'
SAID = {"command": "", "options": [], "seconds": ""}


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(METHODS, "find", lambda name: inverted)
    for name in (HOSTILE, "s.png", "日本.png"):
        picture(name)
    return tmp_path


def picture(name):
    Path(name).parent.mkdir(exist_ok=True, parents=True)
    pixels = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)
    Path(name).write_bytes(cv2.imencode(".png", pixels)[1].tobytes())


def inverted(content, styles, *, iterations=3, tv_weight=0.5, progress=None):
    """Inverts `content` [1, H, W, 3], whatever the `styles`.

    No more.
    """
    for step in range(iterations if progress else 0):
        progress(step + 1, iterations, 10.0 - step)
    return -content


def links(page):
    """The addresses on a page, all of which must be whole."""
    tags = Tags(page.read_text(encoding="utf-8"))
    assert tags.open == [] and sum(tag == "h1" for tag, _ in tags.tags) == 1
    sources = [about["src"] for tag, about in tags.tags if "src" in about]
    assert all(source.startswith("data:") for source in sources)
    found = [about["href"] for tag, about in tags.tags
             if "href" in about and not about["href"].startswith(("#", "data:"))]
    assert [each for each in found if not (page.parent / unquote(each)).is_file()] == []
    return found


def rows_of(text):
    """Option -> (value, where it is from), as the table on the page has them."""
    table = text.partition('id="option-table"')[2].partition("</table>")[0]
    return {cells[0]: tuple(cells[1:3]) for cells in (
        [part.partition("<")[0] for part in row.replace("<td>", '<th scope="row">').split(
            '<th scope="row">')[1:]] for row in table.split("<tr")[2:])}


def test_one_image_in_two_styles(place, capsys):
    assert main(["stylize", HOSTILE, "s.png", "日本.png", "--output", 'o "<i>.png',
                 "--iterations", "4"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == ['o "<i>-s.png', 'o "<i>-日本.png']       # results alone
    assert err.splitlines()[-1].startswith('o "<i>.html: all of it in a page')
    page = place / 'o "<i>.html'
    text = page.read_text(encoding="utf-8")
    assert len(links(page)) == 5 and "<img src=x>" not in text and "<i>" not in text
    (first, second) = data_of(text)[0]["charts"]
    assert first["x"] == [1, 2, 3, 4] and first["series"][0]["mean"] == [10, 9, 8, 7]
    assert second["series"][0]["name"] == 'o "<i>-日本.png'
    rows = rows_of(text)
    assert rows["iterations"] == ("4", "given") and rows["tv_weight"] == ("0.5", "default")
    assert rows["method"] == ("nnst", "default") and "stride" not in rows
    assert "Inverts content, whatever the styles." in text and "No more" not in text


def test_the_command_on_the_page_makes_the_same(place, capsys):
    main(["stylize", HOSTILE, "s.png", "--output", "o.png", "--tv_weight", "0.25"])
    pixels, text = read_uint8("o.png"), (place / "o.html").read_text(encoding="utf-8")
    line = html.unescape(text.rpartition('<pre tabindex="0">')[2].partition("</pre>")[0])
    words = shlex.split(line)
    assert words[:3] == ["python", "main.py", "stylize"] and "0.25" in words
    Path("o.png").unlink()
    assert main(words[2:]) == 0
    np.testing.assert_array_equal(read_uint8("o.png"), pixels)


def test_of_a_folder_some_are_shown_and_the_rest_is_counted(place, capsys):
    for number in range(26):
        picture(f"in/{'deep/' * (number > 20)}{number:02d}.png")
    assert main(["stylize", "in", "s.png", "--output", "out"]) == 0
    page = place / "out" / "report.html"
    assert len(links(page)) == 1 + 2 * 24
    text = page.read_text(encoding="utf-8")
    assert "2 more are not shown here" in text and "<h3>deep/23.png</h3>" in text
    assert "deep/24.png" not in text and "26 results are written" in text


def test_a_film_shows_some_frames(place, capsys):
    with video.write_film(place / "f.mp4", 5) as take:
        for shade in range(9):
            take(np.full((16, 16, 3), 20 * shade, np.uint8))
    assert main(["stylize", "f.mp4", "s.png", "--output", "g.mp4"]) == 0
    text = (place / "g.html").read_text(encoding="utf-8")
    assert set(links(place / "g.html")) == {"s.png", "f.mp4", "g.mp4"}
    assert "after 0.00 s" in text and "after 1.60 s" in text and text.count('class="row"') == 5


def test_no_report_leaves_no_page(place, capsys):
    assert main(["stylize", HOSTILE, "s.png", "--output", "o.png", "--no_report"]) == 0
    assert not (place / "o.html").exists() and "page" not in capsys.readouterr().err


@pytest.mark.parametrize("hinder, message", [
    (lambda path: path.write_text("my own"), "it is another file, which stays"),
    (lambda path: path.mkdir(), "Is a directory")])
def test_a_page_that_cannot_be_written_costs_one_line(place, capsys, hinder, message):
    hinder(place / "o.html")
    assert main(["stylize", HOSTILE, "s.png", "--output", "o.png"]) == 0
    assert (place / "o.png").is_file()
    (line,) = capsys.readouterr().err.splitlines()[-1:]
    assert line.startswith("no page o.html: ") and message in line
    assert not (place / "o.html").is_file() or (place / "o.html").read_text() == "my own"


def test_a_page_of_ours_is_written_anew(place, capsys):
    (place / "o.html").write_text(f"<!doctype html>{MARK} old")
    assert main(["stylize", HOSTILE, "s.png", "--output", "o.png"]) == 0
    assert (place / "o.html").stat().st_size > 5000


def test_texture(place, monkeypatch, capsys):
    def drawn(style, *, output, **settings):
        picture(output)
        return {"vgg19, poly2": [3.0, 2.0], "vgg19, linear": [9.0]}
    monkeypatch.setattr(textures, "main", drawn)
    assert main(["texture", HOSTILE, "--output", "t.png", "--kernel", "poly2,linear"]) == 0
    text = (place / "t.html").read_text(encoding="utf-8")
    assert len(links(place / "t.html")) == 2 and "<math" in text
    assert [chart["series"][0]["mean"] for chart in data_of(text)[0]["charts"]] == [[3, 2], [9]]
    assert rows_of(text)["kernel"] == ("poly2,linear", "given")
    (place / "t.html").unlink()
    assert main(["texture", HOSTILE, "--output", "t.png", "--no_report"]) == 0
    assert not (place / "t.html").exists()


@pytest.fixture
def folder(place):
    """A folder as `translate` leaves it, of two images."""
    images = [HOSTILE, "日本.png"]
    for name in images:
        for domain in ("x<y", "z"):
            picture(f"tr/{domain}/{Path(name).stem}.png")
    (place / "tr/translation.json").write_text(json.dumps({"run": "/r/R", "to": ["x<y", "z"]}))
    with open("tr/matches.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["name", "from", "unmatched"], [Path(HOSTILE).stem, "z", .31],
                                    ["日本", "x<y", .74]])
    return place / "tr"


def test_translations_with_their_unmatched_share(folder):
    page = folder / "report.html"
    work = translated(folder, [HOSTILE, "日本.png"], page, SAID)
    page.write_text(page_of(work), encoding="utf-8")
    assert len(links(page)) == 2 * 3 + 2 * 2
    good, bad = work.rows
    assert (good.note, good.doubt) == ("Of z, 31 % of it unmatched.", "")
    assert bad.note == "" and bad.doubt.startswith("Of x<y, 74 % of it unmatched: too badly")
    assert [each.caption.text for each in good.pictures] == ["given", "x<y", "z (match)"]
    assert work.doubts[0][0].startswith("1 of 2 are matched too badly")
    assert "<y" not in page.read_text(encoding="utf-8").replace("&lt;", "")


@pytest.mark.parametrize("more, pages", [([], 1), (["--no_report"], 0)])
def test_the_command_writes_the_page_into_its_folder(folder, monkeypatch, capsys, more, pages):
    from trainers import translate
    monkeypatch.setattr(translate, "main", lambda **given: folder)
    run = new_run(folder.parent / "run")
    assert main(["translate", str(run), HOSTILE, "日本.png", "--from", "z", *more]) == 0
    assert len(list(folder.glob("report.html"))) == pages
    if pages:
        assert rows_of((folder / "report.html").read_text())["from"] == ("z", "given")


@pytest.mark.parametrize("name, content, rows", [
    ("translation.json", "{", 2), ("translation.json", "[1]", 2),
    ("translation.json", '{"to": [3, "z"]}', 2), ("matches.csv", "name\n1,2,3\n", 0),
    ("matches.csv", None, 0), ("z/日本.png", "no picture", 2), ("z/日本.png", None, 2)])
def test_damaged_translations_cost_their_part_alone(folder, name, content, rows):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content)
    work = translated(folder, [HOSTILE, "日本.png"], folder / "report.html", SAID)
    assert len(work.rows) == rows and Tags(page_of(work)).open == []


def test_an_address_is_relative_and_no_name_breaks_it(tmp_path):
    page = tmp_path / "a" / "p.html"
    assert address(tmp_path / "b" / "c:d #?%.png", page) == "../b/c%3Ad%20%23%3F%25.png"
    assert address(tmp_path / "a" / "x:y.png", page) == "x%3Ay.png"
    assert address(f"{tmp_path}/a/\udcff.png", page) == "%FF.png"


def test_losses_that_are_not_finite_and_none_at_all():
    assert loss_charts({"a": []}) == []
    (chart,) = loss_charts({"a": [1.0, float("inf"), float("nan")]})
    assert chart["series"][0]["mean"] == [1, None, None]
