"""The model graph as a picture: everything is in it, nothing stands on anything else, and edits show."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from xml.etree import ElementTree

import pytest

from lmrs.report.frame import breadth
from lmrs.report.model_boxes import Trained, drawing
from lmrs.report.model_drawing import svg_of

Ask = Callable[..., Any]
Spot = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_SVG = "{http://www.w3.org/2000/svg}"
RICH = (
    "model.text={use: text, optional: true}",
    "model.id=item-id",
    "model.item={use: gate, of: [id, text], width: 8}",
    "model.user={use: id, subject: user}",
    "model.gcn={use: gcn, user: user, item: id}",
    "model.more={use: adapter, over: gcn.item, more: item}",
    "stages.0.draws.second=cloze",
    "stages.0.objectives=[{use: masked-item, on: [cloze, second], weight: 0.5}, {one_of: [teach, {use: teach, "
    "name: other, teachers: [more, id]}]}]",
)
WEB = (
    *(f"model.n{number}={{use: item-id, width: {number + 1}}}" for number in range(6)),
    *(
        f"model.m{number}={{use: gate, of: [n{number}, n{(number + 2) % 6}, n{(number + 3) % 6}]}}"
        for number in range(6)
    ),
    *(f"model.k{number}={{use: adapter, of: [m{5 - number}, n{number}]}}" for number in range(6)),
    "model.item={use: gate, of: [k0, k1, k2, k3, k4, k5, n3]}",
)
FLOOR = "task: next-item\nmodel: {item: item-id}\nanswer: whole\n"
TWO = """
  - name: tune
    edits: [{set: history, causal: true}, {drop: text}, {add: plot, use: text, fields: [plot]}]
    strategy: {use: partial, train: [history]}
    sampler: windows
    draws: {cloze: {use: cloze, rate: 0.5}}
    objectives: [masked-item]
answer:"""


@dataclass
class Picture:
    """A drawing read back out of its SVG."""

    root: Any

    @property
    def texts(self) -> list[str]:
        return [one.text or "" for one in self.root.iter(f"{_SVG}text")]

    @property
    def boxes(self) -> dict[str, list[str]]:
        """The lines of each box."""
        return {
            group.attrib["data-box"]: [one.text or "" for one in group.iter(f"{_SVG}text")]
            for group in self.root.iter(f"{_SVG}g")
            if "data-box" in group.attrib
        }

    @property
    def wires(self) -> set[tuple[str, str, str]]:
        return {
            (f"{wire['data-from']}.{wire['data-output']}".strip("."), wire["data-to"], wire["data-port"])
            for wire in (path.attrib for path in self.root.iter(f"{_SVG}path"))
            if "data-from" in wire
        }

    def frozen(self) -> set[str]:
        return {
            group.attrib["data-box"]
            for group in self.root.iter(f"{_SVG}g")
            for rect in group.findall(f"{_SVG}rect")
            if "frozen" in rect.attrib["class"].split() and "data-box" in group.attrib
        }


def picture(found: Any, stage: int | None = None, **trained: Trained) -> Picture:
    index = len(found.stages) - 1 if stage is None else stage
    return Picture(ElementTree.fromstring(svg_of(drawing(found, index, trained))))


def expected(found: Any, stage: int) -> set[tuple[str, str, str]]:
    """The wires of a recipe, told from the recipe alone."""
    wired = [(name, node) for name, node in found.graph(stage).items()]
    wired += [(f"objective.{one.name}", one) for one in found.stages[stage].each()]
    wired += [("scorer.dot", found.answer)]
    return {(str(wire), key, port) for key, one in wired for port, wires in one.wires.items() for wire in wires}


@pytest.mark.parametrize("changes", [(), RICH, WEB], ids=["bert", "rich", "web"])
def test_every_node_and_every_wire_is_there(ask: Ask, changes: tuple[str, ...]) -> None:
    found = ask(*changes)
    shown = picture(found)
    objectives = {f"objective.{one.name}" for one in found.stages[0].each()}
    draws = {f"draw.{name}" for name in found.stages[0].draws}
    assert set(shown.boxes) == {*found.final_graph(), *objectives, *draws, "sampler.windows", "scorer.dot"}
    views = {wire for wire in shown.wires if wire[0].startswith(("draw.", "sampler."))}
    assert shown.wires - views == expected(found, 0)
    on = {(f"draw.{name}", f"objective.{one.name}", f"on {name}") for one in found.stages[0].each() for name in one.on}
    assert views == {
        *on,
        ("draw.cloze", "scorer.dot", "on cloze"),
        *(("sampler.windows", one, "columns") for one in draws),
    }


def test_a_box_says_what_it_is_and_a_wire_what_flows(ask: Ask) -> None:
    shown = picture(ask(*RICH), text=Trained("frozen, 1,024", True), history=Trained("trains 5 of 7", False))
    assert {"item", "lmrs/gate", "fusion, rows", "vectors of item (…, 8)"} <= set(shown.boxes["item"])
    assert {"seq/transformer", "encoder, view", "states of history (B, L, d)", "trains 5 of 7"} <= set(
        shown.boxes["history"]
    )
    assert {"user: vectors of user (…, d)", "item: vectors of item (…, d)"} <= set(shown.boxes["gcn"])
    assert {"optional", "frozen, 1,024"} <= set(shown.boxes["text"])
    assert shown.frozen() == {"text"}
    assert {"input: item", "target: item, position"} <= set(shown.boxes["draw.cloze"])
    assert {"weight 0.5", "history: at input", "item: whole"} <= set(shown.boxes["objective.masked-item"])
    assert "one of 2, drawn a step" in shown.boxes["objective.other"]
    assert "history: at input" in shown.boxes["scorer.dot"]
    assert "item: whole, at candidates" in shown.boxes["scorer.dot"]


def test_edits_show(ask: Ask) -> None:
    assert "text" not in picture(ask()).boxes
    assert ("text", "item", "of") in picture(ask(*RICH)).wires
    gone = picture(ask(*RICH, "model.text=null"))
    assert "text" not in gone.boxes
    assert not [wire for wire in gone.wires if "text" in wire[:2]]
    swapped = picture(ask(*RICH, "model.item=adapter", "model.item.of=[id, text]"))
    assert {("id", "item", "over"), ("text", "item", "more")} <= swapped.wires
    left_out = picture(ask(*RICH, "model.text.use=vision/clip"))
    assert "text" not in left_out.boxes
    assert "'vision' is not installed" in " ".join(left_out.texts)


def test_each_stage_has_its_picture(ask: Ask) -> None:
    found = ask(*RICH[:3], before="answer:", after=TWO)
    first, last = picture(found, 0), picture(found)
    assert "text" in first.boxes
    assert "plot" not in first.boxes
    assert "scorer.dot" not in first.boxes, "the answer is asked of the last stage"
    assert "text" not in last.boxes
    assert "new in this stage" in last.boxes["plot"]
    assert "changed in this stage" in last.boxes["history"]
    assert "scorer.dot" in last.boxes
    assert "dropped in this stage: text" in last.texts
    assert any("lmrs/partial {train: [history]}" in line for line in last.texts)
    assert any("stage 'tune', 2 of 2" in line for line in last.texts)


def test_a_recipe_without_stages(ask: Ask) -> None:
    shown = picture(ask(recipe=f"name: floor\n{FLOOR}"))
    assert set(shown.boxes) == {"item", "scorer.whole"}
    own = picture(ask("answer.on={use: cloze, rate: 0.5}", "stages=[]"))
    assert ("task.next-item", "answer.answer", "columns") in own.wires
    assert ("answer.answer", "scorer.dot", "on answer") in own.wires


def spots(shown: Picture) -> tuple[dict[str, Spot], list[tuple[str, str, Spot]]]:
    """Where boxes stand, and where texts stand with their boxes."""
    boxes, texts = {}, []
    for group in shown.root.iter(f"{_SVG}g"):
        key = group.attrib.get("data-box")
        if key is None:
            continue
        (rect,) = group.findall(f"{_SVG}rect")
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        boxes[key] = (x, y, x + width, y + height)
        for text in group.findall(f"{_SVG}text"):
            left, line = (float(text.attrib[name]) for name in ("x", "y"))
            texts.append((key, text.text or "", (left, line - 9, left + breadth(text.text or ""), line + 2)))
    return boxes, texts


def over(one: Spot, other: Spot) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def inside(one: Spot, other: Spot) -> bool:
    return other[0] <= one[0] and other[1] <= one[1] and one[2] <= other[2] and one[3] <= other[3]


def along(path: str) -> Iterator[tuple[float, float]]:
    """Points of a wire."""
    x = y = 0.0
    for kind, rest in re.findall(r"([MHC])([^MHC]*)", path):
        numbers = [float(one) for one in rest.split()]
        if kind == "M":
            x, y = numbers
        elif kind == "H":
            yield from ((x + (numbers[0] - x) * step / 40, y) for step in range(41))
            x = numbers[0]
        else:
            (a, b, c, d, e, f), start = numbers, (x, y)
            for step in range(41):
                t = step / 40
                weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                yield tuple(
                    sum(w * v for w, v in zip(weights, each, strict=True))
                    for each in zip(start, (a, b), (c, d), (e, f), strict=True)
                )  # type: ignore[misc]
            x, y = e, f


@pytest.mark.parametrize("changes", [(), RICH, WEB], ids=["bert", "rich", "web"])
def test_nothing_stands_on_anything_else(ask: Ask, changes: tuple[str, ...]) -> None:
    shown = picture(ask(*changes))
    boxes, texts = spots(shown)
    assert [pair for pair in combinations(boxes, 2) if over(boxes[pair[0]], boxes[pair[1]])] == []
    assert [(one[1], other[1]) for one, other in combinations(texts, 2) if over(one[2], other[2])] == []
    for key, said, spot in texts:
        assert inside(spot, boxes[key]) or not any(over(spot, box) for box in boxes.values()), said
    for path in shown.root.iter(f"{_SVG}path"):
        if "data-from" in path.attrib:
            points = list(along(path.attrib["d"]))
            for key, (left, top, right, bottom) in boxes.items():
                hit = [(x, y) for x, y in points if left + 0.1 < x < right - 0.1 and top < y < bottom]
                assert not hit, f"the wire from {path.attrib['data-from']} crosses {key}"
            for _, said, (left, top, right, bottom) in texts:
                assert not [(x, y) for x, y in points if left < x < right and top < y < bottom], said


def test_it_stands_alone_in_the_light_and_in_the_dark(ask: Ask) -> None:
    found = ask(*RICH)
    text = str(svg_of(drawing(found, 0)))
    assert text == str(svg_of(drawing(found, 0)))
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"href|url\(|@import|<script|<image", text)
    root = ElementTree.fromstring(text)
    assert root.attrib["role"] == "img"
    (about,) = root.findall(f"{_SVG}desc")
    assert all(key in (about.text or "") for key in picture(found).boxes)


@pytest.mark.fault("I: lmrs recipe draw: texts that are markup")
def test_texts_are_escaped(ask: Ask) -> None:
    evil = '</text><script>alert(1)</script>&"\x07'
    shown = picture(ask(recipe=f"name: floor\nsummary: {json.dumps(evil)}\n{FLOOR}"))
    assert evil.replace("\x07", "\ufffd") in shown.texts
    assert not list(shown.root.iter(f"{_SVG}script"))
