"""Columns of text."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence

PLAIN_WIDTH = 100
"""Columns where the output is no terminal."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Lines of an aligned table; columns in `right` are set to the right, the last column is broken into lines."""
    cells = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    left = sum(widths[:-1]) + 2 * (len(widths) - 1)
    rest = max(width() - left, 24)
    for row in cells:
        aligned = [
            cell.rjust(size) if place in right else cell.ljust(size)
            for place, (cell, size) in enumerate(zip(row[:-1], widths, strict=False))
        ]
        last = row[-1].rjust(widths[-1]) if len(head) - 1 in right else row[-1]
        parts = textwrap.wrap(last, rest, break_long_words=False, break_on_hyphens=False) if last.strip() else [last]
        yield "  ".join([*aligned, last if len(head) - 1 in right else parts[0]]).rstrip()
        if len(head) - 1 not in right:
            yield from (" " * left + part for part in parts[1:])


def wrapped(text: str, indent: str = "") -> list[str]:
    """A paragraph."""
    return textwrap.wrap(text, width(), subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def width() -> int:
    """Columns to fill."""
    return shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if sys.stdout.isatty() else PLAIN_WIDTH
