"""What data.checkup found as a table, and the images that somebody may want to open."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from data.checkup import Checked, Split
from data.looks import Look, Matches
from framework.errors import one_line
from framework.text import text_table

EXAMPLES = 3                    # that are named of each kind
GREY_CHROMA = 4                 # levels between the channels of an image without colour

Shared: TypeAlias = Mapping[tuple[int, int], Matches]


def table(domains: Sequence[Checked]) -> str:
    """What there is, a column for each domain. Sizes are width x height; colour and contrast, in
    levels of 0..255, are of what training sees."""
    rows = {"images": lambda d: _count(d.train), "held out": lambda d: _count(d.held_out),
            "unreadable": lambda d: len(d.train.unreadable) + len(d.held_out.unreadable),
            "smallest": lambda d: _size(d, 0), "median size": lambda d: _size(d, 0.5),
            "largest": lambda d: _size(d, 1), "formats": _formats, "colour": _colour,
            "mean colour": lambda d: " ".join(f"{level:.0f}" for level in np.mean(
                [look.colour for look in looks_of(d)], 0)) if looks_of(d) else "-",
            "contrast": lambda d: f"{np.mean([look.contrast for look in looks_of(d)]):.0f}" if (
                looks_of(d)) else "-",
            "the same": lambda d: len(d.repeated.same), "alike": lambda d: len(d.repeated.alike)}
    return text_table(("", *(one_line(d.name) for d in domains)),
                      [(name, *(cell(d) for d in domains)) for name, cell in rows.items()])


def examples(domains: Sequence[Checked], common: Shared) -> list[str]:
    """The first few images of each kind that somebody may want to open: one line each."""
    found = []
    for d in domains:
        broken = [*d.train.unreadable.values(), *d.held_out.unreadable.values()]
        found += broken[:EXAMPLES]
        if len(broken) > EXAMPLES:
            found.append(f"{d.name}: {len(broken) - EXAMPLES} more cannot be read")
        found += _pairs(d.name, d.repeated, d.train, d.train)
        found += _pairs(f"{d.name}, held out and in training", d.leaked, d.held_out, d.train)
    for (k, j), matches in common.items():
        found += _pairs(f"{domains[j].name} and {domains[k].name}", matches, domains[j].train,
                        domains[k].train)
    return [one_line(line) for line in found]


def looks_of(d: Checked) -> list[Look]:
    """The looks of the readable training images."""
    return list(d.train.looks.values())


def grey_share(looks: Sequence[Look]) -> float:
    """The share of images without colour, 0..1."""
    return float(np.mean([look.chroma < GREY_CHROMA for look in looks])) if looks else 0.0


def percent(share: float) -> str:
    """A share of 0..1 as text."""
    return f"{100 * share:.0f} %"


def _count(split: Split) -> str:
    looked = len(split.images)
    return f"{split.total}" + f" ({looked} looked at)" * (looked < split.total)


def _size(d: Checked, share: float) -> str:
    """Width x height of the image below which lies this share of them, by their areas."""
    ordered = sorted(looks_of(d), key=lambda look: look.height * look.width)
    if not ordered:
        return "-"
    look = ordered[int(share * (len(ordered) - 1))]
    return f"{look.width} x {look.height}"


def _formats(d: Checked) -> str:
    counts = Counter(kind for split in (d.train, d.held_out) for kind in split.kinds.values())
    return ", ".join(f"{count} {kind}" for kind, count in counts.most_common() if kind) or "-"


def _colour(d: Checked) -> str:
    looks = looks_of(d)
    grey = grey_share(looks)
    if not looks or grey in (0, 1):
        return "-" if not looks else "grey" if grey else "yes"
    return f"{percent(1 - grey)}, grey {percent(grey)}"


def _pairs(what: str, matches: Matches, mine: Split, theirs: Split) -> list[str]:
    """The first few of each kind of match by the names of their images."""
    ours, others = list(mine.looks), list(theirs.looks)
    found = []
    for kind, sign, pairs in (("the same", "=", matches.same), ("alike", "~", matches.alike)):
        names = [f"{mine.names[ours[i]]} {sign} {theirs.names[others[j]]}"
                 for i, j in list(pairs.items())[:EXAMPLES]]
        if names:
            found.append(f"{what}, {kind}: {', '.join(names)}" + ", ..." * (len(pairs) > EXAMPLES))
    return found
