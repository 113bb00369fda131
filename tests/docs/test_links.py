"""Links, anchors and pictures of README.md and docs/*.md lead somewhere; every page is reached."""

import pytest

from tests.docs.pages import NAMES, ROOT, anchor, headings, links, text

MOST_LINES = 130                # of the README: the rest stands on the pages


@pytest.mark.parametrize("page", NAMES)
def test_links_and_pictures_lead_somewhere(page):
    for link in links(page):
        place, _, part = link.partition("#")
        if place.startswith(("http://", "https://")):
            continue
        target = ((ROOT / page).parent / place).resolve() if place else ROOT / page
        assert target.exists(), f"{page}: {link}"
        assert target.is_relative_to(ROOT)
        if part:
            assert part in headings(str(target.relative_to(ROOT))), f"{page}: {link}"


def test_anchors_are_those_of_the_forge():
    assert anchor("Digits and streets: `quick`, then [pairs](pairs.md)") == (
        "digits-and-streets-quick-then-pairs")
    assert anchor("No GPU is seen (TF's words)") == "no-gpu-is-seen-tfs-words"


def test_the_index_names_every_page_and_the_readme_the_index():
    index = set(links("docs/README.md"))
    pages = {page.removeprefix("docs/") for page in NAMES} - {"README.md", "docs/README.md"}
    assert pages - index == set()
    assert "docs/README.md" in links("README.md")
    assert len(text("README.md").splitlines()) <= MOST_LINES


def test_every_picture_is_shown_on_a_page():
    shown = {(ROOT / page).parent.joinpath(link).resolve() for page in NAMES
             for link in links(page)}
    for picture in (ROOT / "docs").glob("*.*g"):
        assert picture.resolve() in shown, picture.name
