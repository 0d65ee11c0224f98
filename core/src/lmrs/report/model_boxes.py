"""What a drawing of a recipe shows: boxes, and the wires between them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lmrs.recipe.resolved import (
    Choice,
    Resolved,
    ResolvedAnswer,
    ResolvedComponent,
    ResolvedNode,
    ResolvedObjective,
    ResolvedStage,
    ResolvedWired,
)
from lmrs_plugins.ports import Port, Pull, holds

_SHAPES = {"vectors": "(…, {})", "states": "(B, L, {})"}


@dataclass(frozen=True)
class Trained:
    """What a stage does with the parameters of a box: `said` in words, and whether none of them trains."""

    said: str
    frozen: bool


@dataclass(frozen=True)
class Box:
    """One component of a recipe.

    Parameters
    ----------
    key
        Unique in the drawing: a node's name, or `objective.next-item`, `draw.next`, `sampler.windows`, `scorer.dot`.
    kind
        encoder, fusion, transform, sampler, task, objective or scorer.
    ports
        What it says beside each thing that comes in, by port.
    gives
        What flows out, in words, by output.
    """

    key: str
    kind: str
    title: str
    lines: tuple[str, ...] = ()
    ports: Mapping[str, str] = field(default_factory=dict)
    gives: Mapping[str, str] = field(default_factory=dict)
    frozen: bool = False


@dataclass(frozen=True)
class Wire:
    """A wire from an output of one box to a port of another."""

    source: str
    output: str
    target: str
    port: str


@dataclass(frozen=True)
class Drawing:
    """`heads` are lines above the picture, `notes` lines below. What a wire leaves stands before what it enters."""

    title: str
    heads: tuple[str, ...]
    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    notes: tuple[str, ...] = ()


def drawing(resolved: Resolved, stage: int, trained: Mapping[str, Trained] | None = None) -> Drawing:
    """The model graph of a stage with its views, its objectives and, where it is asked, the answer.

    `stage` is -1 for a recipe that has none. `trained` says of nodes and objectives (`objective.NAME`) what trains in
    them, where that is known.
    """
    own = resolved.stages[stage] if stage >= 0 else None
    found = _Found(trained or {})
    draws: dict[str, str] = {}
    if own is not None:
        draws = found.draws(own.sampler, own.draws, "draw")
    answer = resolved.answer if own is None or own.stop or stage == len(resolved.stages) - 1 else None
    asked: dict[str, str] = {}
    if answer is not None and answer.draw is not None:
        shown = own is not None and own.draws.get(answer.on) == answer.draw
        asked = draws if shown else found.draws(resolved.task, {answer.on: answer.draw}, "answer")
    for node in resolved.graph(stage).values():
        found.node(node, own)
    for choice in own.objectives if own is not None else ():
        for objective in choice.objectives:
            found.objective(objective, choice, draws)
    if answer is not None:
        found.answer(answer, asked)
    heads = tuple(_heads(resolved, own))
    return Drawing(_title(resolved, own), heads, tuple(found.boxes), tuple(found.wires), resolved.notes)


class _Found:
    """Boxes and wires, as they are found."""

    def __init__(self, trained: Mapping[str, Trained]) -> None:
        self.boxes: list[Box] = []
        self.wires: list[Wire] = []
        self._trained = trained

    def draws(
        self, maker: ResolvedComponent | None, draws: Mapping[str, ResolvedComponent], prefix: str
    ) -> dict[str, str]:
        """What makes examples, and the transforms that make views of them: the box of each draw."""
        keys = {name: f"{prefix}.{name}" for name in draws}
        if maker is not None:
            key, columns = f"{maker.card.family}.{maker.card.name}", ", ".join(maker.columns())
            self.boxes.append(Box(key, maker.card.family, maker.card.family, (maker.use,), gives={"": columns}))
            self.wires += [Wire(key, "", one, "columns") for one in keys.values()]
        for name, draw in draws.items():
            settings = draw.settings()
            views = {view: kind for view, kind in draw.emits().items() if holds(kind.when, settings)}
            shown = [f"{view}: {', '.join([*kind.rows, *kind.values]) or 'a mask'}" for view, kind in views.items()]
            ports = {"columns": f"reads {', '.join(draw.columns())}"} if maker is not None else {}
            self.boxes.append(Box(keys[name], draw.card.family, name, (draw.use, *shown), ports, {"": "views"}))
        return keys

    def node(self, node: ResolvedNode, stage: ResolvedStage | None) -> None:
        """A node of the model graph."""
        lines = [node.use, f"{node.card.family}, {node.card.evaluation}", *_about(node, stage)]
        gives = {name: _flow(name, port, node) for name, port in node.gives.items()}
        self._wired(Box(node.name, node.card.family, node.name, tuple(lines), {}, gives), node, (), {})

    def objective(self, one: ResolvedObjective, choice: Choice, draws: Mapping[str, str]) -> None:
        """A loss."""
        weight = [] if one.weight == 1 else [f"weight {one.weight:g}"]
        drawn = [f"one of {len(choice.objectives)}, drawn a {choice.per}"] if len(choice.objectives) > 1 else []
        lines = (one.use, one.card.family, *weight, *drawn, *_reads(one.card.reads))
        box = Box(f"objective.{one.name}", one.card.family, one.name, lines)
        self._wired(box, one, one.pulls, {name: draws[name] for name in one.on})

    def answer(self, one: ResolvedAnswer, draws: Mapping[str, str]) -> None:
        """The scorer."""
        box = Box(f"scorer.{one.card.name}", one.card.family, "answer", (one.use, one.card.family))
        self._wired(box, one, one.pulls, {name: draws[name] for name in draws if name == one.on})

    def _wired(self, box: Box, one: ResolvedWired, pulls: Sequence[Pull], draws: Mapping[str, str]) -> None:
        """A box with what comes in: from nodes on its ports, and from draws."""
        ports = {port: _looked(port, pulls) for port, wires in one.wires.items() if wires}
        on = {f"on {name}": f"on {name}" for name in draws}
        known = self._trained.get(box.key)
        lines = box.lines if known is None else (*box.lines, known.said)
        frozen = known is not None and known.frozen
        self.boxes.append(replace(box, lines=lines, ports={**ports, **on}, frozen=frozen))
        for port, wires in one.wires.items():
            self.wires += [Wire(wire.node, wire.output, box.key, port) for wire in wires]
        self.wires += [Wire(key, "", box.key, f"on {name}") for name, key in draws.items()]


def _title(resolved: Resolved, stage: ResolvedStage | None) -> str:
    if stage is None:
        return resolved.name
    return f"{resolved.name}: stage {stage.name!r}, {stage.index + 1} of {len(resolved.stages)}"


def _heads(resolved: Resolved, stage: ResolvedStage | None) -> Iterator[str]:
    if resolved.summary:
        yield resolved.summary
    if resolved.task is not None:
        yield f"task {resolved.task.use}"
    if stage is not None and stage.strategy is not None:
        settings = json.dumps(stage.strategy.settings(), ensure_ascii=False).replace('"', "")
        yield f"strategy {stage.strategy.use} {settings}"
    if stage is not None and stage.dropped:
        yield f"dropped in this stage: {', '.join(stage.dropped)}"


def _about(node: ResolvedNode, stage: ResolvedStage | None) -> Iterator[str]:
    """What else there is to say of a node."""
    if stage is not None and node.name in stage.added:
        yield "new in this stage"
    if stage is not None and node.name in stage.changed:
        yield "changed in this stage"
    if node.share:
        yield f"the module of {node.share}"
    if node.init.kind != "stage":
        yield f"starts: {node.init}"
    if node.optional:
        yield "optional"


def _flow(name: str, port: Port, node: ResolvedNode) -> str:
    """What flows out, with its shape; d is a number where an option `width` says it."""
    width = node.settings().get("width")
    d = str(width) if isinstance(width, int) and width > 0 else "d"
    shape = _SHAPES.get(port.form, "").format(d)
    return " ".join(filter(None, (f"{name}:" if name else "", str(port), shape)))


def _looked(port: str, pulls: Sequence[Pull]) -> str:
    """A port, and the views that it is looked at through."""
    views = [pull.view for pull in pulls if pull.port == port]
    named = [view for view in views if view]
    through = [*(["whole"] if "" in views else []), *([f"at {', '.join(named)}"] if named else [])]
    return f"{port}: {', '.join(through)}" if through else port


def _reads(fields: Sequence[str]) -> list[str]:
    return [f"reads {', '.join(fields)}"] if fields else []
