"""Text in columns, and as short as its place."""

from collections.abc import Iterable, Sequence


def text_table(header: Sequence, rows: Iterable[Iterable]) -> str:
    """Formats a header and rows of cells as text in columns as wide as their widest cell."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
             for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def shortened(text: str, most: int) -> str:
    """The text, or where it has more than `most` characters its beginning and its end with an
    ellipsis between them, `most` in all: the end is often what tells two names apart."""
    if len(text) <= most:
        return text
    kept = most - 1
    return f"{text[:kept - kept // 2]}…{text[len(text) - kept // 2:]}"
