"""Curves over epochs or steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from lmrs.report.frame import WIDTH, legend, marker, shortened, stroke, svg, words
from lmrs.report.markup import Markup, join, tag
from lmrs.report.scale import Scale, scale, usable

_LEFT, _RIGHT, _TALL, _MARKED = 46.0, 14.0, 170.0, 40


@dataclass(frozen=True)
class Line:
    """A curve. A point whose y is None, NaN or infinite is a gap, which a cross on the axis shows."""

    name: str
    points: Sequence[tuple[float, float | None]]


def line_plot(lines: Sequence[Line], *, key: str, title: str, x: str, mark: tuple[float, str] | None = None) -> Markup:
    """A plot with axes, ticks and a legend.

    Parameters
    ----------
    key
        Unique in the page.
    x
        What the whole numbers of the horizontal axis count.
    mark
        A place on the horizontal axis that a dashed line marks, and its name.
    """
    names, top = legend([line.name for line in lines], _LEFT, 4, lines=True)
    top += 10 if lines else 4
    floor = top + _TALL
    across = scale([at for line in lines for at, _ in line.points], _LEFT + 8, WIDTH - _RIGHT - 8, whole=True)
    heights = [y for line in lines for _, y in line.points if y is not None and usable(y)]
    up = scale(_from_zero(heights), floor, top, most=5)
    body = join(
        _axes(across, up, floor, x),
        _mark(mark, across, (top, floor), _low(lines, up)),
        names,
        *_curves(lines, across, up, x),
    )
    if not heights:
        body = join(body, words((_LEFT + WIDTH) / 2, top + _TALL / 2, "no numbers to draw", "middle"))
    return svg(body, floor + 36, key=key, title=title, about=_about(lines, x, mark))


def _from_zero(values: list[float]) -> list[float]:
    """Begin at zero where that costs little of the curve."""
    return [0.0, *values] if values and 0 < min(values) < max(values) / 2 else values


def _axes(across: Scale, up: Scale, floor: float, x: str) -> Markup:
    found = []
    for tick in up.ticks:
        y = up(tick)
        found += [tag("path", d=f"M{_LEFT:g} {y:.2f}H{WIDTH - _RIGHT:g}", class_="grid")]
        found += [words(_LEFT - 6, y + 4, up.label(tick), "end")]
    for tick in across.ticks:
        found += [tag("path", d=f"M{across(tick):.2f} {floor:g}v4", class_="axis")]
        found += [words(across(tick), floor + 16, across.label(tick), "middle")]
    found += [tag("path", d=f"M{_LEFT:g} {floor:g}H{WIDTH - _RIGHT:g}", class_="axis")]
    return join(*found, words((_LEFT + WIDTH - _RIGHT) / 2, floor + 31, x, "middle"))


def _low(lines: Sequence[Line], up: Scale) -> bool:
    """Whether the curves end in the lower half."""
    ends = [[y for _, y in line.points if y is not None and usable(y)][-1:] for line in lines]
    last = [end for found in ends for end in found]
    return bool(last) and sum(last) / len(last) < (up.low + up.high) / 2


def _mark(mark: tuple[float, str] | None, across: Scale, ends: tuple[float, float], high: bool) -> Markup | None:
    """The dashed line, and its name where the curves leave room: high or low."""
    if mark is None or not across.low <= mark[0] <= across.high:
        return None
    at = across(mark[0])
    end = at > WIDTH / 2
    (top, floor), room = ends, WIDTH / 2
    y = top + 12 if high else floor - 6
    name = words(at + (-5 if end else 5), y, shortened(mark[1], room), "end" if end else "start", "soft")
    return join(tag("path", d=f"M{at:.2f} {top:g}V{floor:g}", class_="mark"), name)


def _curves(lines: Sequence[Line], across: Scale, up: Scale, x: str) -> list[Markup]:
    found = []
    for number, line in enumerate(lines):
        points = sorted(((at, y) for at, y in line.points if usable(at)), key=lambda point: point[0])
        for whole, run in groupby(points, key=lambda point: usable(point[1])):
            part = [(at, y) for at, y in run if y is not None]
            if not whole:
                found += [_cross(across(at), up.start, f"{line.name}, {x} {at:g}: {y}") for at, y in part]
                continue
            if len(part) > 1:
                places = "L".join(f"{across(at):.2f} {up(y):.2f}" for at, y in part)
                found.append(stroke(f"M{places}", number))
            if len(part) == 1 or len(points) <= _MARKED:
                found += [marker(across(at), up(y), number, f"{line.name}, {x} {at:g}: {y:.5g}") for at, y in part]
    return found


def _cross(x: float, y: float, note: str) -> Markup:
    return tag("path", tag("title", note), d=f"M{x - 4:.2f} {y - 9:.2f}l8 8m0-8l-8 8", class_="cross")


def _about(lines: Sequence[Line], x: str, mark: tuple[float, str] | None) -> str:
    """The plot in words: where each curve begins and ends."""
    found = []
    for line in lines:
        values = [(at, y) for at, y in line.points if y is not None and usable(y)]
        gaps = len(line.points) - len(values)
        ends = "no numbers"
        if values:
            (first, begin), (last, end) = values[0], values[-1]
            ends = f"{begin:.4g} at {x} {first:g}" + (f" to {end:.4g} at {x} {last:g}" if len(values) > 1 else "")
        found.append(f"{line.name}: {ends}" + (f", {gaps} not a number" if gaps else ""))
    if mark is not None:
        found.append(f"{mark[1]}: {x} {mark[0]:g}")
    return "; ".join(found) or "nothing to draw"
