"""What every plot has: a title for those who cannot see it, text of known width, a legend."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from lmrs.report.markup import Markup, join, tag

WIDTH = 380.0
"""Units of a plot's width: about as many pixels as a phone has, so that text keeps its size there."""
SERIES = 6
"""Colours there are; a seventh series has the first one's again, with another marker."""
_LETTER = 6.8


def svg(body: Markup, height: float, *, key: str, title: str, about: str) -> Markup:
    """A plot; `key` is unique in the page, `about` says in words what it shows."""
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", about, id=f"{key}-about"),
        body,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_labelledby=f"{key}-title",
        aria_describedby=f"{key}-about",
    )


def words(x: float, y: float, content: str, anchor: str = "start", kind: str | None = None) -> Markup:
    """A line of text."""
    return tag("text", content, x=x, y=y, text_anchor=anchor, class_=kind)


def shortened(content: str, room: float) -> str:
    """Text cut to fit into so many units, with an ellipsis."""
    if breadth(content) <= room:
        return content
    while content and breadth(content) + _LETTER > room:
        content = content[:-1]
    return f"{content}…"


def breadth(content: str) -> float:
    """About how wide text is: East Asian letters and `@` are wide, capitals wider than others."""
    return sum(
        _LETTER * (1.8 if unicodedata.east_asian_width(one) in "WF" or one in "@%" else 1.3 if one.isupper() else 1)
        for one in content
    )


def legend(names: Sequence[str], left: float, top: float, *, lines: bool) -> tuple[Markup, float]:
    """Names with their marks, in as many rows as they need; also returns the height."""
    found, x, y, room = [], left, top + 8, WIDTH - left - 30
    for number, name in enumerate(names):
        shown = shortened(name, room)
        if x > left and x + 24 + breadth(shown) > WIDTH:
            x, y = left, y + 16
        mark = (
            join(stroke(f"M{x:g} {y - 4:g}h18", number), marker(x + 9, y - 4, number))
            if lines
            else tag("rect", x=x + 4, y=y - 9, width=10, height=10, class_=f"fill {colour(number)}")
        )
        found.append(tag("g", mark, words(x + 23, y, shown), tag("title", name)))
        x += 23 + breadth(shown) + 12
    return join(*found), y + 8 - top


def colour(number: int) -> str:
    """The class of a series."""
    return f"c{number % SERIES}"


def stroke(path: str, number: int) -> Markup:
    """A line of a series; lines differ in dashes too, for print and for those who see no colours."""
    return tag("path", d=path, class_=f"line {colour(number)} d{number % 4}")


def marker(x: float, y: float, number: int, note: str | None = None) -> Markup:
    """A point of a series: circle, square, triangle or diamond."""
    shapes = (
        "m-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
        "m-3-3h6v6h-6z",
        "m0-4l4 7h-8z",
        "m0-4.4l4.4 4.4-4.4 4.4-4.4-4.4z",
    )
    shape = shapes[(number + number // SERIES) % len(shapes)]
    return tag(
        "path", tag("title", note) if note else None, d=f"M{x:.2f} {y:.2f}{shape}", class_=f"fill {colour(number)}"
    )
