"""Where the boxes of a drawing stand: in columns from left to right, wires between them, nothing over anything else.

A wire runs through the columns between its ends in a lane of its own, which takes room as a box does. In a column
wires run level, and they bend in the strips between columns, where nothing else is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lmrs.report.frame import breadth, shortened
from lmrs.report.model_boxes import Box, Drawing, Wire

ROW = 16.0
"""Height of a line of text."""
PAD, HEAD, GAP, BEND, LEAST, MOST = 10.0, 20.0, 22.0, 60.0, 90.0, 360.0
_BOLD = 1.1
_SWEEPS = 8

Item = tuple[str, str]
"""A box, (its key, ""), or a lane of what flows out of one, (its key, the output and the column)."""


@dataclass(frozen=True)
class Placed:
    """A box at its place, with the height of each port's and each output's end. Texts are cut to fit into it."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    ports: Mapping[str, float]
    gives: Mapping[str, float]

    def text(self, line: str) -> str:
        """A line, as much of it as fits."""
        return shortened(line, self.width - 2 * PAD)


@dataclass(frozen=True)
class Run:
    """A wire as a chain of points: level from each even one to the next, bent from each odd one to the next."""

    wire: Wire
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Layout:
    """All of it, from (0, 0) to (width, height)."""

    boxes: tuple[Placed, ...]
    runs: tuple[Run, ...]
    width: float
    height: float


def layout(drawing: Drawing) -> Layout:
    """Place everything."""
    boxes = {box.key: box for box in drawing.boxes}
    column = _columns(drawing)
    grid, links = _grid(drawing, column)
    grid = _ordered(grid, links)
    heights = {item: ROW if item[1] else _height(boxes[item[0]]) for items in grid for item in items}
    tops = _tops(grid, links, heights, boxes)
    widths = [max([LEAST, *(_width(boxes[key]) for key, lane in items if not lane)]) for items in grid]
    strips = [_strip([boxes[key] for key, lane in items if not lane]) for items in grid]
    lefts = [0.0]
    for width, strip in zip(widths, strips, strict=True):
        lefts.append(lefts[-1] + width + strip + BEND)
    placed = {
        key: _placed(box, lefts[column[key]], tops[key, ""], widths[column[key]], heights[key, ""])
        for key, box in boxes.items()
    }
    runs = []
    for wire in drawing.wires:
        start, end = column[wire.source], column[wire.target]
        levels = [placed[wire.source].gives[wire.output]]
        levels += [tops[_lane(wire, at)] + ROW / 2 for at in range(start + 1, end)]
        points = []
        for at, level in zip(range(start, end), levels, strict=True):
            begin = lefts[at] + (widths[at] if at == start else 0.0)
            points += [(begin, level), (lefts[at] + widths[at] + strips[at], level)]
        points += [(lefts[end], placed[wire.target].ports[wire.port])]
        runs.append(Run(wire, tuple(points)))
    deepest = max([tops[item] + heights[item] for item in tops], default=0.0)
    return Layout(tuple(placed.values()), tuple(runs), max(0.0, lefts[-1] - BEND), deepest)


def _columns(drawing: Drawing) -> dict[str, int]:
    """The column of each box: as far to the right as what it feeds allows; what ends a wire stands in the last."""
    depth: dict[str, int] = {}
    for box in drawing.boxes:
        depth[box.key] = max([depth[wire.source] + 1 for wire in drawing.wires if wire.target == box.key], default=0)
    last = max(depth.values(), default=0)
    found: dict[str, int] = {}
    for box in reversed(drawing.boxes):
        fed = [found[wire.target] - 1 for wire in drawing.wires if wire.source == box.key]
        ends = box.kind in ("objective", "scorer")
        found[box.key] = min(fed) if fed else last if ends else depth[box.key]
    first = min(found.values(), default=0)
    return {key: at - first for key, at in found.items()}


def _lane(wire: Wire, column: int) -> Item:
    return wire.source, f"{wire.output} {column}"


def _grid(drawing: Drawing, column: Mapping[str, int]) -> tuple[list[list[Item]], list[tuple[Item, Item, Wire]]]:
    """What stands in each column, and what is linked with what in the next one, by which wire."""
    grid: list[list[Item]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for key, at in column.items():
        grid[at].append((key, ""))
    for items in grid:
        items.reverse()  # columns were found from the right
    links: dict[tuple[Item, Item, str], Wire] = {}
    for wire in drawing.wires:
        before: Item = (wire.source, "")
        for at in range(column[wire.source] + 1, column[wire.target]):
            lane = _lane(wire, at)
            if lane not in grid[at]:
                grid[at].append(lane)
            links.setdefault((before, lane, ""), wire)
            before = lane
        links[before, (wire.target, ""), f"{wire.output} {wire.port}"] = wire
    return grid, [(one, other, wire) for (one, other, _), wire in links.items()]


def _ordered(grid: list[list[Item]], links: Sequence[tuple[Item, Item, Wire]]) -> list[list[Item]]:
    """Each column in the order with the fewest crossings that some sweeps over the means of neighbours find."""
    best, fewest = grid, _crossings(grid, links)
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        grid = [list(items) for items in grid]
        for at in range(1, len(grid)) if forward else range(len(grid) - 2, -1, -1):
            place = {item: number for number, item in enumerate(grid[at - 1 if forward else at + 1])}
            near: dict[Item, list[int]] = {item: [] for item in grid[at]}
            for one, other, _ in links:
                mine, theirs = (other, one) if forward else (one, other)
                if mine in near and theirs in place:
                    near[mine].append(place[theirs])
            old = {item: number for number, item in enumerate(grid[at])}
            grid[at].sort(key=lambda item: (sum(near[item]) / len(near[item]) if near[item] else old[item], old[item]))
        crossings = _crossings(grid, links)
        if crossings < fewest:
            best, fewest = grid, crossings
    return best


def _crossings(grid: list[list[Item]], links: Sequence[tuple[Item, Item, Wire]]) -> int:
    place = {item: (at, number) for at, items in enumerate(grid) for number, item in enumerate(items)}
    spans = [(*place[one], place[other][1]) for one, other, _ in links]
    return sum(
        1
        for number, (at, left, right) in enumerate(spans)
        for column, other_left, other_right in spans[:number]
        if at == column and (left - other_left) * (right - other_right) < 0
    )


def _tops(
    grid: Sequence[Sequence[Item]],
    links: Sequence[tuple[Item, Item, Wire]],
    heights: Mapping[Item, float],
    boxes: Mapping[str, Box],
) -> dict[Item, float]:
    """The upper edge of everything: near the mean of what it is linked with, in the order of its column."""
    tops: dict[Item, float] = {}
    for items in grid:
        below = 0.0
        for item in items:
            tops[item] = below
            below += heights[item] + GAP
    leaves, enters = [], []
    for one, other, wire in links:
        leaves.append(ROW / 2 if one[1] else _outputs(boxes[one[0]])[wire.output])
        enters.append(ROW / 2 if other[1] else _ports(boxes[other[0]])[wire.port])
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for items in grid if forward else reversed(grid):
            wished: dict[Item, list[float]] = {item: [] for item in items}
            for (one, other, _), leave, enter in zip(links, leaves, enters, strict=True):
                if forward and other in wished:
                    wished[other].append(tops[one] + leave - enter)
                elif not forward and one in wished:
                    wished[one].append(tops[other] + enter - leave)
            wanted = [sum(each) / len(each) if each else tops[item] for item, each in wished.items()]
            for item, top in zip(items, _settled(wanted, [heights[item] + GAP for item in items]), strict=True):
                tops[item] = top
    least = min(tops.values(), default=0.0)
    return {item: top - least for item, top in tops.items()}


def _settled(wanted: Sequence[float], steps: Sequence[float]) -> list[float]:
    """Places as near to those wanted as can be where each is at least a step below the one before (isotonic means)."""
    blocks: list[tuple[float, int]] = []
    below = 0.0
    offsets = []
    for want, step in zip(wanted, steps, strict=True):
        offsets.append(below)
        total, count = want - below, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
        below += step
    means = [total / count for total, count in blocks for _ in range(count)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


def _outputs(box: Box) -> dict[str, float]:
    """How far below the upper edge each output leaves."""
    return {name: PAD + ROW / 2 + ROW * number for number, name in enumerate(box.gives)}


def _ports(box: Box) -> dict[str, float]:
    """How far below the upper edge each port is entered."""
    above = PAD + HEAD + ROW * len(box.lines)
    return {name: above + ROW / 2 + ROW * number for number, name in enumerate(box.ports)}


def _height(box: Box) -> float:
    inside = HEAD + ROW * (len(box.lines) + len(box.ports))
    return 2 * PAD + max(inside, ROW * len(box.gives))


def _width(box: Box) -> float:
    wide = [breadth(box.title) * _BOLD, *(breadth(line) for line in (*box.lines, *box.ports.values()))]
    return min(MOST, max(wide) + 2 * PAD + 1)


def _strip(boxes: Sequence[Box]) -> float:
    """Room for what is said of what flows out of a column."""
    return max([breadth(said) + 14 for box in boxes for said in box.gives.values() if said], default=0.0)


def _placed(box: Box, x: float, y: float, width: float, height: float) -> Placed:
    ports = {name: y + down for name, down in _ports(box).items()}
    return Placed(box, x, y, width, height, ports, {name: y + down for name, down in _outputs(box).items()})
