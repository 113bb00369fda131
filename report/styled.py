"""The pages of `stylize` and `texture`: content, style and result beside each other."""

import re
from collections.abc import Mapping, Sequence
from inspect import getdoc
from itertools import islice
from pathlib import Path
from typing import Any

from framework.errors import UserError
from report.facts import mathml
from report.html import address
from report.works import (
    MOST_ROWS,
    Link,
    Row,
    Shown,
    Work,
    first_rows,
    loss_charts,
    not_shown,
    shown_file,
    shown_pixels,
)
from style import video
from style.methods import METHODS
from style.pixelwise import ERROR_THRESHOLD
from style.stylize import Drawn
from trainers.film import evenly_chosen

FRAMES = 4                      # of a film that are shown
VARIATION = r"\lambda\,\mathrm{TV}(I)"
OBJECTIVES = {
    "swap": r"\frac{1}{n}\left(\|\Phi(I)-H\|^2+" + VARIATION + r"\right)",
    "gatys": r"\lambda_c\,\mathcal{L}_{\mathrm{content}}(I)+(1-\lambda_c)\sum_l"
             r"\frac{1}{4D_l^2}\|G_l(I)-G_l(S)\|^2+" + VARIATION,
    "mrf": r"\lambda_c\sum_l\frac{\|\Phi_l(I)-\Phi_l(C)\|^2}{\|\Phi_l(C)\|^2}"
           r"+(1-\lambda_c)\sum_l\sum_i\frac{1}{m_l}\|\Psi_i(\Phi_l(I))-\Psi_{n(i)}(\Phi_l(S))\|^2+"
           + VARIATION,
    "pixels": r"d(I,S)=\frac{\sum_{i\in K}w_i(I_i-S_i)^2}{\sum_{i\in K}w_i}",
    "texture": r"\sum_l\mathrm{MMD}_k^2\left(\Phi_l(I),\Phi_l(S)\right)+" + VARIATION}


def styled(drawn: Sequence[Drawn], content: str, styles: Sequence[str], method: str, page: Path,
           said: Mapping[str, Any]) -> Work:
    """What the page of `stylize` says. drawn: what it wrote. said: `command`, `options` and
    `seconds` of `Work`."""
    film = video.is_video(content)
    several = len({each.content for each in drawn}) > 1 or film
    rows = _film_rows(drawn, styles, page) if film else _image_rows(
        drawn, styles, page, Path(content) if several else None)
    if several:
        rows.insert(0, Row([each for path in styles for each in _style(path, page)], "Styles"
                           if len(styles) > 1 else "Style"))
    contents = len(dict.fromkeys(each.content for each in drawn))
    names = ", ".join(Path(path).name for path in styles)
    return Work(
        name=f"{Path(content).name} in the style of {names}" if names else Path(content).name,
        lines=[f"Drawn by the method {method}; {len(drawn)} "
               f"{'result is' if len(drawn) == 1 else 'results are'} written."],
        rows=first_rows(rows), about=_about(method),
        charts=loss_charts(_named_losses(drawn, page.parent)),
        rest=not_shown(0 if film else contents - MOST_ROWS, "they lie beside this page"),
        formula=mathml(OBJECTIVES[method]) if method in OBJECTIVES else "", **said)


def textured(curves: Mapping[str, Sequence[float]], style: str, output: str, page: Path,
             said: Mapping[str, Any]) -> Work:
    """What the page of `texture` says. curves: the losses by net and kernel. said: as `styled`."""
    drawn = "texture" if len(curves) == 1 else "a row for each net, a column for each kernel"
    return Work(
        name=f"Texture of {Path(style).name}",
        lines=[f"Drawn from noise, so that the features of {' and '.join(curves)} are distributed "
               "as those of the style."],
        rows=first_rows([Row([*_style(style, page), *shown_file(Path(output), drawn, page)],
                             large=len(curves) > 1)]),
        charts=loss_charts(curves), formula=mathml(OBJECTIVES["texture"]),
        about="What is minimised: the sum over the layers l of the biased squared MMD under the "
              "kernel k between the features of the image I and those of the style S, and the "
              "total variation as it is weighted.",
        **said)


def grown(style: str, output: str, page: Path, said: Mapping[str, Any]) -> Work:
    """What the page of `texture --method pixels` says. said: as `styled`."""
    return Work(
        name=f"Texture of {Path(style).name}",
        lines=["Drawn pixel by pixel from those of the style (Efros and Leung 1999)."],
        rows=first_rows([Row([*_style(style, page), *shown_file(Path(output), "texture", page)])]),
        formula=mathml(OBJECTIVES["pixels"]),
        about="How near a window S of the style is to the known pixels K around a new pixel of "
              "the image I: the squared difference, weighted by a Gaussian w. The new pixel is the "
              f"middle of a window drawn from those that are at most {100 * ERROR_THRESHOLD:.0f} % "
              "farther than the nearest.",
        **said)


def _style(path: str, page: Path) -> list[Shown]:
    return shown_file(Path(path), f"style {Path(path).name}", page)


def _image_rows(drawn, styles, page, folder) -> list[Row]:
    """A row for each content of a folder; else one, with its styles within it."""
    rows = []
    for content in islice(dict.fromkeys(each.content for each in drawn), MOST_ROWS):
        made = [each for each in drawn if each.content == content]
        shown = [] if folder else [each for path in styles for each in _style(path, page)]
        results = [each for result in made for each in shown_file(
            result.output, _in_style(result, styles, len(made)), page)]
        rows.append(Row([*shown_file(content, "content", page), *shown, *results],
                        str(content.relative_to(folder)) if folder else ""))
    return rows


def _in_style(result: Drawn, styles: Sequence[str], results: int) -> str:
    named = results > 1 and len(result.styles) == 1
    return f"result in {Path(styles[result.styles[0]]).name}" if named else "result"


def _film_rows(drawn, styles, page) -> list[Row]:
    """A row for each of a few frames, in even steps. A film that cannot be read shows none."""
    try:
        content = video.Film(drawn[0].content)
        places = evenly_chosen(content.frame_count, FRAMES)
        columns = [(Link("content", address(content.path, page)), _frames(content, places)),
                   *((Link(_in_style(each, styles, len(drawn)), address(each.output, page)),
                      _frames(video.Film(each.output), places)) for each in drawn)]
    except UserError:
        return []
    return [Row([shown_pixels(frames[place], name) for name, frames in columns if place in frames],
                f"after {content.times[place]:.2f} s") for place in places]


def _frames(film, places) -> dict[int, Any]:
    wanted = set(places)
    return {at: frame for at, frame in enumerate(islice(film, max(wanted) + 1)) if at in wanted}


def _named_losses(drawn: Sequence[Drawn], folder: Path) -> dict[str, list[float]]:
    return {str(each.output.relative_to(folder)): each.losses for each in drawn[:MOST_ROWS]}


def _about(method: str) -> str:
    """What the method says of itself, in its docstring's first paragraph."""
    text = " ".join((getdoc(METHODS.find(method)) or "").partition("\n\n")[0].split())
    return re.sub(r"`|(?<=`) \[[^]]*\]", "", text)     # nor the shapes of arrays
