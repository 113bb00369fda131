"""The page in a browser: no error in its console, and its parts answer to mouse and keyboard.

Needs playwright and a Chromium whose place SCOGAN_CHROMIUM names; skipped without these.
"""

import os

import numpy as np
import pytest

from framework.plots import save_png
from report import study
from report.answers import read_answers, read_key
from report.facts import facts_of
from report.page import write_page
from report.works import Link, Row, Shown, Work, loss_charts, page_of, shown_pixels

from .test_page import HOSTILE, new_run

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = os.environ.get("SCOGAN_CHROMIUM", "")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="SCOGAN_CHROMIUM names no browser")


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox",
                                                                        "--no-zygote"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    runs = [new_run(folder / name, seed=seed) for seed, name in enumerate(("a", "b", "c"))]
    write_page(folder / "one.html", [facts_of(runs[0])])
    write_page(folder / "three.html", [facts_of(run) for run in runs])
    (folder / "work.html").write_text(page_of(work()), encoding="utf-8")
    for name in ("ours", "theirs"):
        (folder / name).mkdir()
        for k in range(3):
            save_png(folder / name / f"{k}.png", noise(60, 90))
    study.main([str(folder / name) for name in ("ours", "theirs")],
               output=str(folder / "study.html"))
    return folder


def noise(height, width):
    return np.random.default_rng().integers(0, 256, (height, width, 3), np.uint8)


def work():
    """What a command made, of hostile names."""
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    shown: list[Shown] = [shown_pixels(pixels, Link(text, "x%3Ay.png"))
                          for text in ("content", f"style {HOSTILE}", "result")]
    rows = [{"name": name, "value": HOSTILE * 3, "from": where, "help": "what it does"}
            for name, where in (("seed", "given"), ("size", "default"))]
    return Work(name=HOSTILE, lines=["Drawn."], command=HOSTILE, options=rows, rows=[Row(shown)],
                charts=loss_charts({HOSTILE: [3.0, 2.0, 1.0], "b": [5.0, 4.0]}))


@pytest.fixture(params=[("light", 1200), ("dark", 390)], ids=["desktop", "phone"])
def tab(browser, request):
    """A page of a browser, what its console says, and what it asks the network for."""
    scheme, width = request.param
    context = browser.new_context(color_scheme=scheme, locale="en-US",
                                  viewport={"width": width, "height": 800})
    page = context.new_page()
    page.said, page.asked = [], []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.asked.append(request.url))
    yield page
    context.close()


@pytest.mark.parametrize("name, runs", [("one", 1), ("three", 3)])
def test_it_opens_without_an_error_or_a_network(tab, place, name, runs):
    tab.goto((place / f"{name}.html").as_uri())
    assert tab.locator("canvas").count() == 2           # d and g
    assert tab.locator("figure.grid img").count() == runs
    assert tab.said == []
    assert all(url.startswith(("file:", "data:")) for url in tab.asked)
    wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0                                    # nothing hangs out at the side


def test_slider_film_and_enlarged_picture(tab, place):
    tab.goto((place / "one.html").as_uri())
    slider, image = tab.locator("input[type=range]"), tab.locator("figure.grid img")
    last = image.get_attribute("src")
    slider.focus()
    tab.keyboard.press("Home")
    assert tab.locator("output").inner_text() == "0" and image.get_attribute("src") != last
    assert "after 0 iterations" in image.get_attribute("alt")
    assert slider.get_attribute("aria-valuetext") == "0 iterations"
    tab.get_by_role("button", name="Play").click()
    tab.wait_for_function("document.querySelector('output').textContent === '100'")
    assert image.get_attribute("src") == last
    tab.get_by_role("button", name="Enlarge the picture").press("Enter")
    assert tab.locator("dialog[open] img").get_attribute("src") == last
    tab.keyboard.press("Escape")
    assert tab.locator("dialog[open]").count() == 0
    assert tab.said == []


def test_the_page_of_a_command(tab, place):
    tab.goto((place / "work.html").as_uri())
    assert tab.locator("canvas").count() == 1           # both curves in one chart
    assert HOSTILE in tab.locator(".u-legend").inner_text()
    tab.get_by_role("button", name="Enlarge the result").press("Enter")
    shown = tab.locator("dialog[open] img")
    assert shown.get_attribute("src") == tab.locator(".row img").last.get_attribute("src")
    tab.keyboard.press("Escape")
    rows = tab.locator("#option-table tbody tr:visible")
    assert rows.count() == 1
    tab.get_by_label("only what is not the default").uncheck()
    assert rows.count() == 2
    assert tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert tab.said == [] and all(url.startswith(("file:", "data:")) for url in tab.asked)


def test_a_study_is_answered_by_keyboard_kept_and_downloaded(tab, place, tmp_path):
    tab.goto((place / "study.html").as_uri())
    assert tab.locator(".item").count() == 3 and tab.locator(".item img").count() == 6
    progress = tab.locator("#progress")
    assert progress.inner_text() == "0 of 3 answered"
    tab.get_by_role("radio", name="A").first.focus()
    tab.keyboard.press("Space")
    tab.keyboard.press("ArrowRight")                    # now B
    tab.get_by_role("radio", name="A").nth(2).check()
    tab.get_by_label("Your code").fill('An"n, 1')
    assert progress.inner_text() == "2 of 3 answered"
    tab.reload()
    assert progress.inner_text() == "2 of 3 answered"
    assert tab.get_by_role("radio", name="B").first.is_checked()
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Download the answers").press("Enter")
    waiting.value.save_as(tmp_path / "answers.csv")
    assert waiting.value.suggested_filename.startswith("answers-")
    found = read_answers([tmp_path / "answers.csv"], read_key(place / "study-key.csv"))
    assert found == [("1", "B"), ("3", "A")] and 'An""n' in (tmp_path / "answers.csv").read_text()
    tab.once("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Begin anew").click()
    assert progress.inner_text() == "0 of 3 answered" and tab.locator(":checked").count() == 0
    assert tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert tab.said == [] and all(url.startswith(("file:", "data:", "blob:")) for url in tab.asked)


def test_logarithm_and_search(tab, place):
    tab.goto((place / "one.html").as_uri())
    before = tab.locator("canvas").first.screenshot()
    tab.get_by_label("logarithmic").check()
    assert tab.locator("canvas").first.screenshot() != before
    rows = tab.locator("#option-table tbody tr:visible")
    few = rows.count()
    tab.get_by_label("only what is not the default").uncheck()
    assert rows.count() > few > 0
    tab.get_by_label("Search").fill("leader frozen")
    assert rows.count() == 1 and "leader_frozen" in rows.first.inner_text()
    assert tab.locator("#found").inner_text().startswith("1 of ")
    assert tab.said == []


def test_print_leaves_the_controls_out(tab, place):
    tab.goto((place / "one.html").as_uri())
    tab.emulate_media(media="print")
    assert not tab.get_by_role("button", name="Play").is_visible()
    assert tab.locator("figure.grid img").is_visible()
