"""Pieces that pages are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lmrs.report.markup import Markup, join, tag


def section(title: str, *children: object, key: str) -> Markup:
    """A part of the page under its heading; `key` is unique in the page."""
    return tag("section", tag("h2", title, id=key), *children, aria_labelledby=key)


def table(caption: object, heads: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: int = 0) -> Markup:
    """A table whose first column names its rows; the last `numbers` columns hold numbers. It scrolls where it is wide.

    A cell that is a sequence of two is a value and what stands below it.
    """
    first = len(heads) - numbers

    def kind(place: int) -> str | None:
        return "number" if place >= first else None

    head = tag("tr", *(tag("th", name, scope="col", class_=kind(place)) for place, name in enumerate(heads)))
    body = [
        tag(
            "tr",
            tag("th", row[0], scope="row"),
            *(tag("td", cell, class_=kind(place)) for place, cell in enumerate(row[1:], start=1)),
        )
        for row in rows
    ]
    whole = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", whole, class_="scroll", role="region", tabindex=0, aria_label=_spoken(caption))


def _spoken(caption: object) -> str:
    return str(caption).split(".")[0][:80] if not isinstance(caption, Markup) else "table"


def facts(pairs: Iterable[tuple[str, object]]) -> Markup:
    """Names and values; those without a value are left out."""
    rows = [join(tag("dt", name), tag("dd", value)) for name, value in pairs if value not in (None, "")]
    return tag("dl", *rows, class_="facts")


def figure(title: str, plot: Markup, *, wide: bool = False) -> Markup:
    """A plot under its title."""
    return tag("figure", tag("figcaption", title), plot, class_="wide" if wide else None)


def folded(title: str, *children: object) -> Markup:
    """Something to open."""
    return tag("details", tag("summary", title), *children)


def count(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"
