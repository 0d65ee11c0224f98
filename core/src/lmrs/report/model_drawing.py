"""A drawing of a recipe as one SVG, which needs nothing beside it and reads well on white and on black."""

from __future__ import annotations

import textwrap

from lmrs.report.frame import breadth, shortened, words
from lmrs.report.markup import Markup, join, tag
from lmrs.report.model_boxes import Drawing
from lmrs.report.model_layout import HEAD, PAD, ROW, Placed, Run, layout

_MARGIN, _LEAST = 20.0, 480.0
_STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: #1a1d21; }
.title { font-size: 16px; font-weight: 600; } .name { font-weight: 600; } .soft { fill: #5a636e; }
.back { fill: #fff; } .box { fill: #f6f7f9; stroke-width: 1.6; stroke: #57534e; } .frozen { stroke-dasharray: 6 4; }
.encoder { stroke: #0b62a4; } .fusion { stroke: #047857; } .objective { stroke: #c2410c; } .scorer { stroke: #7c3aed; }
.wire { fill: none; stroke: #5a636e; stroke-width: 1.3; } .tip { fill: #5a636e; }
@media (prefers-color-scheme: dark) {
  text { fill: #e7eaee; } .soft { fill: #a3adb9; }
  .back { fill: #14171b; } .box { fill: #1d2127; stroke: #b8b2ab; }
  .encoder { stroke: #6cb4f0; } .fusion { stroke: #4fd1a1; }
  .objective { stroke: #fb9a5c; } .scorer { stroke: #b79cfb; }
  .wire { stroke: #a3adb9; } .tip { fill: #a3adb9; }
}
"""


def svg_of(drawing: Drawing) -> Markup:
    """The picture; the same drawing gives the same bytes.

    Every box is a group with `data-box`, every wire a path with `data-from`, `data-output`, `data-to` and `data-port`.
    """
    found = layout(drawing)
    room = max(_LEAST, found.width)
    down = _MARGIN + 22 + ROW * len(drawing.heads) + 12
    heads = [words(0, number * ROW, shortened(head, room), kind="soft") for number, head in enumerate(drawing.heads)]
    notes = [line for note in drawing.notes for line in textwrap.wrap(note, int(room / breadth("n"))) or [""]]
    told = [words(0, number * ROW, line, kind="soft") for number, line in enumerate(notes)]
    below = down + found.height + 28
    width, height = room + 2 * _MARGIN, below + ROW * len(notes) + (_MARGIN if notes else 0)
    return tag(
        "svg",
        tag("title", drawing.title, id="title"),
        tag("desc", about(drawing), id="about"),
        tag("style", Markup(_STYLE)),
        tag("rect", width=width, height=height, class_="back"),
        tag("g", words(0, 0, shortened(drawing.title, room / 1.4), kind="title"), transform=_at(_MARGIN, _MARGIN + 12)),
        tag("g", *heads, transform=_at(_MARGIN, _MARGIN + 34)),
        tag("g", *map(_wire, found.runs), *map(_box, found.boxes), transform=_at(_MARGIN, down)),
        tag("g", *told, transform=_at(_MARGIN, below)),
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {width:.2f} {height:.2f}",
        role="img",
        aria_labelledby="title",
        aria_describedby="about",
    )


def about(drawing: Drawing) -> str:
    """The picture in words: each box, and what it takes from where."""
    said = []
    for box in drawing.boxes:
        taken = [f"{wire.port} from {wire.source}" for wire in drawing.wires if wire.target == box.key]
        said.append(f"{box.key}: {', '.join(box.lines)}" + (f"; takes {', '.join(taken)}" if taken else ""))
    return ". ".join(said)


def _at(x: float, y: float) -> str:
    return f"translate({x:g} {y:g})"


def _box(placed: Placed) -> Markup:
    box, x = placed.box, placed.x + PAD
    first = placed.y + PAD + HEAD
    lines = [words(x, first + ROW * number + 11, placed.text(line)) for number, line in enumerate(box.lines)]
    ports = [words(x, placed.ports[port] + 4, placed.text(said), kind="soft") for port, said in box.ports.items()]
    right = placed.x + placed.width + 6
    gives = [words(right, placed.gives[name] - 4, said, kind="soft") for name, said in box.gives.items() if said]
    kinds = f"box {box.kind}{' frozen' if box.frozen else ''}"
    return tag(
        "g",
        tag("title", "; ".join((box.key, *box.lines))),
        tag("rect", x=placed.x, y=placed.y, width=placed.width, height=placed.height, rx=6, class_=kinds),
        words(x, placed.y + PAD + 13, placed.text(box.title), kind="name"),
        join(*lines, *ports, *gives),
        data_box=box.key,
    )


def _wire(run: Run) -> Markup:
    pieces = []
    for number, (x, y) in enumerate(run.points):
        if number == 0:
            pieces.append(f"M{x:.1f} {y:.1f}")
        elif number % 2:
            pieces.append(f"H{x:.1f}")
        else:
            before, level = run.points[number - 1]
            middle = (before + x) / 2
            pieces.append(f"C{middle:.1f} {level:.1f} {middle:.1f} {y:.1f} {x:.1f} {y:.1f}")
    wire, (x, y) = run.wire, run.points[-1]
    return tag(
        "g",
        tag(
            "path",
            d="".join(pieces),
            class_="wire",
            data_from=wire.source,
            data_output=wire.output,
            data_to=wire.target,
            data_port=wire.port,
        ),
        tag("path", d=f"M{x:.1f} {y:.1f}l-7 -3.5v7z", class_="tip"),
    )
