"""Photographs by paintings, a page for each way of style transfer."""

from collections.abc import Mapping, Sequence

import numpy as np

from figures.catalogue import Figure
from figures.style_methods import METHODS, pictures, results_folder, settings
from figures.style_results import Picture, Result, find_ways, results_of
from framework.grid import GREY, label_font
from framework.text import shortened
from style.images import fitted, side_by_side

ACROSS = 3                      # pages beside each other in the sheet of all
SMALL = 128                     # pixels of a place in it
GAP = 4                         # pixels between places
LABEL, TITLE = 12, 20           # pixels of letters
STRIP = LABEL + 2 * GAP         # pixels under each place, for its name
WHITE = 255

Cells = Mapping[tuple[str, str], np.ndarray]    # photograph's and painting's name -> uint8 picture


def draw(folders: Sequence[str] = (), methods: str = METHODS, runs: Sequence[str] = (),
         count: int = 5, size: int = 256, vgg_weights: str = "imagenet", iterations: int = 0,
         seed: int = 0, output: str = "runs/figures") -> Figure:
    """Draws the first `count` photographs in the styles of the first `count` paintings by each of
    the `methods` (as figure 4.13 of Chen's thesis, which has two).

    The picture shows all pages side by side, small; each way's own page has the results at their
    size. The other arguments: see `figures.style_methods.draw`, which shares the results.
    """
    photographs, paintings = pictures(folders, count, size)
    ways = find_ways(methods, runs, settings(vgg_weights, iterations, seed))
    pairs = [(photograph, painting) for photograph in photographs for painting in paintings]
    results = results_of(ways, pairs, results_folder(output))
    cells = {way.name: cells_of(results, way.name) for way in ways}
    large, small = ({name: page(name, photographs, paintings, found, side)
                     for name, found in cells.items()} for side in (size, min(size, SMALL)))
    pages = list(small.values())
    sheet = side_by_side([pages[k:k + ACROSS] for k in range(0, len(pages), ACROSS)], 8 * GAP)
    return Figure(sheet, {
        "way": np.array([each.way for each in results]),
        "photograph": np.array([each.photograph.name for each in results]),
        "painting": np.array([each.painting.name for each in results]),
        "seconds": np.array([each.costs.seconds for each in results])}, pages=large)


def cells_of(results: Sequence[Result], way: str) -> Cells:
    """The pictures of one way by the names of photograph and painting."""
    return {(each.photograph.name, each.painting.name): each.pixels
            for each in results if each.way == way}


def page(title: str, photographs: Sequence[Picture], paintings: Sequence[Picture], cells: Cells,
         side: int) -> np.ndarray:
    """A page, uint8 [H, W, 3]: the paintings on top, the photographs at the left, each above its
    name, and the results, in places of `side` x `side` pixels. One that is missing is grey."""
    missing = np.full((side, side, 3), GREY, np.uint8)
    rows = [[None, *(painting.pixels for painting in paintings)]]
    rows += [[photograph.pixels, *(cells.get((photograph.name, painting.name), missing)
                                   for painting in paintings)] for photograph in photographs]
    sheet = np.full((*corner(len(rows), len(rows[0]), side), 3), WHITE, np.uint8)
    for i, row in enumerate(rows):
        for j, pixels in enumerate(row):
            if pixels is not None:
                top, left = corner(i, j, side)
                shown = fitted(pixels, side, side)
                top += side - shown.shape[0]            # it stands on its name
                left += (side - shown.shape[1]) // 2
                sheet[top:top + shown.shape[0], left:left + shown.shape[1]] = shown
    names = {(0, j): painting.name for j, painting in enumerate(paintings, 1)}
    names |= {(i, 0): photograph.name for i, photograph in enumerate(photographs, 1)}
    return _written_on(sheet, title, names, side)


def corner(row: int, column: int, side: int) -> tuple[int, int]:
    """The upper left pixel (y, x) of a place; place 0, 0 is empty."""
    return TITLE + 2 * GAP + row * (side + STRIP), GAP + column * (side + GAP)


def _written_on(sheet, title: str, names: Mapping[tuple[int, int], str], side: int) -> np.ndarray:
    from PIL import Image, ImageDraw

    picture = Image.fromarray(sheet)
    pen = ImageDraw.Draw(picture)
    pen.text((GAP, GAP), title, "black", label_font(TITLE), anchor="lt")
    font = label_font(LABEL)
    for (row, column), name in names.items():
        top, left = corner(row, column, side)
        most = len(name)
        while most > 1 and font.getlength(shortened(name, most)) > side:
            most -= 1
        pen.text((left + side // 2, top + side + STRIP // 2), shortened(name, most), "black", font,
                 anchor="mm")
    return np.asarray(picture)
