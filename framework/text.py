"""Text in columns."""

from collections.abc import Iterable, Sequence


def text_table(header: Sequence, rows: Iterable[Iterable]) -> str:
    """Formats a header and rows of cells as text in columns as wide as their widest cell."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ("  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
             for row in cells)
    return "\n".join(line.rstrip() for line in lines)
