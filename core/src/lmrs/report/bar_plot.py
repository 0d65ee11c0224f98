"""Numbers beside each other, with how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lmrs.report.frame import WIDTH, breadth, colour, legend, shortened, svg, words
from lmrs.report.markup import Markup, join, tag
from lmrs.report.scale import Scale, scale, usable

_THICK, _GAP, _VALUE, _MOST = 15.0, 10.0, 50.0, 130.0


@dataclass(frozen=True)
class Bar:
    """A value, and the ends of its interval where it has one; None where there is no value."""

    value: float | None
    low: float | None = None
    high: float | None = None


def bar_plot(rows: Sequence[tuple[str, Sequence[Bar]]], series: Sequence[str], *, key: str, title: str) -> Markup:
    """Lying bars: for each row one of each series, its interval as a whisker, its value at the right.

    `key` is unique in the page.
    """
    left = min(_MOST, 12 + max((breadth(name) for name, _ in rows), default=0))
    names, top = legend(series, 4, 4, lines=False) if len(series) > 1 else (None, 0.0)
    top += 10
    floor = top + sum(_THICK * len(bars) + _GAP for _, bars in rows) + 2
    drawn = [end for _, bars in rows for bar in bars for end in (bar.value, bar.low, bar.high) if end is not None]
    across = scale([0.0, *drawn], left, WIDTH - _VALUE, most=5)
    found, y = [names, _axis(across, top, floor)], top + _GAP / 2 + 1
    for name, bars in rows:
        found.append(words(left - 8, y + _THICK * len(bars) / 2 + 4, shortened(name, left - 8), "end"))
        for number, bar in enumerate(bars):
            found.append(_bar(bar, number, across, y, f"{name}, {series[number]}"))
            y += _THICK
        y += _GAP
    if not rows:
        found.append(words(WIDTH / 2, top + 14, "no numbers to draw", "middle"))
        floor += 20
    about = "; ".join(f"{name}, {series[n]}: {said(bar)}" for name, bars in rows for n, bar in enumerate(bars))
    return svg(join(*found), floor + 22, key=key, title=title, about=about or "nothing to draw")


def said(bar: Bar) -> str:
    """A value and its interval in words."""
    if bar.value is None or not usable(bar.value):
        return "no number"
    if bar.low is None or bar.high is None:
        return f"{bar.value:.4f}"
    return f"{bar.value:.4f} ({bar.low:.4f} to {bar.high:.4f})"


def _axis(across: Scale, top: float, floor: float) -> Markup:
    found = []
    for tick in across.ticks:
        found.append(tag("path", d=f"M{across(tick):.2f} {top:g}V{floor:g}", class_="grid" if tick else "axis"))
        found.append(words(across(tick), floor + 15, across.label(tick), "middle"))
    return join(*found)


def _bar(bar: Bar, number: int, across: Scale, y: float, name: str) -> Markup:
    middle = y + _THICK / 2
    note = tag("title", f"{name}: {said(bar)}")
    if bar.value is None or not usable(bar.value):
        return tag("g", note, words(across(0) + 4, middle + 4, "no number", kind="soft"))
    ends = sorted((across(0), across(bar.value)))
    found = [
        tag("rect", x=ends[0], y=y + 1, width=ends[1] - ends[0], height=_THICK - 2, class_=f"fill {colour(number)}")
    ]
    if bar.low is not None and bar.high is not None and usable(bar.low) and usable(bar.high):
        low, high = across(bar.low), across(bar.high)
        path = f"M{low:.2f} {middle:.2f}H{high:.2f}M{low:.2f} {middle - 3:.2f}v6M{high:.2f} {middle - 3:.2f}v6"
        found += [tag("path", d=path, class_="halo"), tag("path", d=path, class_="whisker")]
    value = words(WIDTH - 2, middle + 4, f"{bar.value:.4f}" if abs(bar.value) < 100 else f"{bar.value:.4g}", "end")
    return tag("g", note, *found, value)
