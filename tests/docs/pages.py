"""README.md and docs/*.md as a test sees them: links, headings, commands, Python, inline code."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
STARTERS = ("python ", "make ", "eval ", "export ", "until ", "git ", "cd ", "tensorboard ")


class Command(NamedTuple):
    """A line that a page tells the reader to give, without its comment."""

    page: str
    line: str

    @property
    def words(self) -> list[str]:
        """Without the dots that stand for more of the same."""
        return [word for word in shlex.split(self.line) if word != "..."]


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def prose(page: str) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", text(page))


def blocks(page: str, language: str = "") -> list[str]:
    """The blocks of code in a language; without one, of the command line and its output."""
    return [body for name, body in FENCE.findall(text(page)) if name == language]


def listings(page: str) -> list[str]:
    """The blocks whose first line is a command, so that all of their lines are."""
    return [body for body in blocks(page) if body.lstrip().startswith(STARTERS)]


def commands(page: str) -> list[Command]:
    """Every line of the listings, with what a backslash continues, and every command in a line
    of output or in inline code."""
    lines = [line for body in listings(page) for line in whole_lines(body)]
    rest = [body for body in blocks(page) if not body.lstrip().startswith(STARTERS)]
    lines += [line.strip() for body in rest for line in body.splitlines()
              if line.strip().startswith("python ")]
    lines += [code for code in inline(page) if code.startswith(("python ", "make "))]
    return [Command(page, each) for line in lines for each in alternatives(line)]


def inline(page: str) -> list[str]:
    """The code within the sentences, on one line each."""
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose(page))]


def whole_lines(body: str) -> list[str]:
    """Lines without comments, where a backslash has joined them; those left empty are dropped."""
    joined = body.replace("\\\n", " ")
    return [line for line in (re.sub(r"(^|\s)#.*", "", each).strip()
                              for each in joined.splitlines()) if line]


def alternatives(line: str) -> list[str]:
    """`a|b` of a word as a command for each; a pipe stands between spaces and parts nothing."""
    found = re.search(r"(?<=\s)[\w,]+(?:\|[\w,]+)+", line)
    if not found:
        return [line]
    return [line[:found.start()] + word + line[found.end():] for word in found[0].split("|")]


def headings(page: str) -> set[str]:
    """The anchors that a forge makes of the page's headings."""
    return {anchor(title) for title in re.findall(r"^#+ +(.*)$", prose(page), re.M)}


def anchor(title: str) -> str:
    """As GitHub has it: lower case, spaces as dashes, without other signs."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


def links(page: str) -> list[str]:
    """What the page's links and pictures point to."""
    return ["".join(found) for found in
            re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)", prose(page))]
