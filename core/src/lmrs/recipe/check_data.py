"""Whether a recipe and its data fit: each stage is asked of the data that it trains on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lmrs.recipe.graph import Absent, graph_of, loses, without
from lmrs.recipe.left_out import fed
from lmrs.recipe.resolved import Choice, Resolved, ResolvedComponent, ResolvedNode, ResolvedStage, ResolvedWired
from lmrs.recipe.subjects import AnyWired, label
from lmrs_plugins.errors import InputError
from lmrs_plugins.ports import Pull

if TYPE_CHECKING:
    from lmrs_plugins.bundle import Bundle


@dataclass(frozen=True)
class Known:
    """What a data set has: `has` and `contents` are the bundle's own. `stage` is the one that it is for, if not all."""

    name: str
    has: Callable[[str], bool]
    contents: tuple[str, ...]
    stage: str = ""

    @staticmethod
    def of(bundle: Bundle, stage: str = "") -> Known:
        """Of a bundle."""
        return Known(bundle.name, bundle.has, tuple(bundle.contents()), stage)

    def __str__(self) -> str:
        return f"data set {self.name!r}" + (f" of stage {self.stage!r}" if self.stage else "")

    def lacks(self, component: ResolvedComponent) -> str:
        """The first need of a component that is not there; empty where all are."""
        return next((need for need in component.needs() if not self.has(need)), "")


def check_data(resolved: Resolved, final: Known, others: Mapping[int, Known] | None = None) -> Resolved:
    """The recipe without its optional nodes that the data cannot feed.

    `final` is what the answer is asked of; `others` are the data of stages that have others, by index. A node is left
    out of every stage where one of them cannot feed it.

    Raises
    ------
    InputError
        A component needs what its data lack; the message names both.
    """
    others = others or {}
    stages = [others.get(stage.index, final) for stage in resolved.stages]
    fitted = _fitted(resolved, stages, final)
    for component, data in _with_data(fitted, stages, final):
        need = data.lacks(component)
        if need:
            there = ", ".join(data.contents[:20]) or "nothing"
            wants = f"{label(component)} needs {need}"
            raise InputError(f"{component.where}: {wants}, but {data} has no {need}: it has {there}")
    for stage, data in zip(fitted.stages, stages, strict=True):
        for objective in stage.each():
            _tables(objective, objective.pulls, stage.graph, data)
        for growth in stage.growths:
            for subject in (growth.subject, growth.by):
                if isinstance(subject, str) and not data.has(subject):
                    grows = f"stage {stage.name!r} grows {growth.subject} by {growth.by}"
                    raise InputError(f"{grows}, but {data} has no {subject}")
    if fitted.answer is not None:
        _tables(fitted.answer, fitted.answer.pulls, fitted.final_graph(), final)
    return fitted


def _with_data(resolved: Resolved, stages: list[Known], final: Known) -> Iterator[tuple[ResolvedComponent, Known]]:
    """Every component of a recipe, those in options not counted, with the data that it meets."""
    answer = resolved.answer
    for component in filter(None, (resolved.task, answer, answer.draw if answer else None)):
        yield component, final
    for node in resolved.model.values():
        yield node, stages[0] if stages else final
    for stage, data in zip(resolved.stages, stages, strict=True):
        several = (stage.graph.values(), stage.draws.values(), stage.each(), stage.makers.values())
        for one in (*filter(None, (stage.strategy, stage.sampler)), *(one for each in several for one in each)):
            yield one, data
    for metric in resolved.evaluate.metrics:
        yield metric, final


def _tables(component: ResolvedWired, pulls: Iterable[Pull], graph: Mapping[str, ResolvedNode], data: Known) -> None:
    """What is computed whole, row by row, has as many rows as the data say."""
    for wire in (wire for pull in pulls if not pull.view for wire in component.wires[pull.port]):
        node = graph[wire.node]
        subject = node.output(wire).subject
        if node.card.evaluation == "rows" and subject != "event" and not data.has(subject):
            pulls_all = f"{label(component)} pulls all rows of {subject} from {label(node)}"
            raise InputError(f"{component.where}: {pulls_all}, but {data} has no {subject}")


def _fitted(resolved: Resolved, known: list[Known], final: Known) -> Resolved:
    notes: dict[str, None] = {}
    starved = _starved(resolved, known, final)
    before, first = _graph(resolved.model, starved, notes)
    gone = dict(before)
    answer, unmade = resolved.answer, set[str]()
    asked = answer.on if answer is not None and not answer.own_draw else ""
    stages = []
    for stage, data in zip(resolved.stages, known, strict=True):
        starved |= _unmade(stage.graph, unmade)
        absent, graph = _graph(stage.graph, starved, notes)
        left = fed(stage, absent, data, asked, notes)
        unmade |= stage.makers.keys() - left.makers.keys()
        stages.append(_stage(left, graph, absent, before))
        before, gone = absent, gone | absent
    answer = None if answer is None else _kept(answer, before)
    if not notes:
        return resolved
    lost = tuple(f"model.{name}." for name in gone)
    return replace(
        resolved,
        model=first,
        absent={**resolved.absent, **gone},
        stages=tuple(stages),
        answer=answer,
        notes=(*resolved.notes, *notes),
        provenance={path: origin for path, origin in resolved.provenance.items() if not path.startswith(lost)},
    )


def _starved(resolved: Resolved, known: list[Known], final: Known) -> Absent:
    """Optional nodes that the data of a stage cannot feed, and why."""
    starved: Absent = {}
    graphs = [(resolved.model, known[0] if known else final)]
    graphs += [(stage.graph, data) for stage, data in zip(resolved.stages, known, strict=True)]
    for graph, data in graphs:
        for name, node in graph.items():
            need = data.lacks(node)
            if need and node.optional:
                starved.setdefault(name, f"{data} has no {need}")
    return starved


def _unmade(graph: Mapping[str, ResolvedNode], lost: set[str]) -> Absent:
    """Optional nodes that start from artifacts which are not made, and why they are left out."""
    found: Absent = {}
    for name, node in graph.items():
        if node.init.artifact in lost:
            found[name] = f"artifact {node.init.artifact!r} is left out"
            if not node.optional:
                raise InputError(f"{node.where}: {label(node)} starts from an artifact, and {found[name]}")
    return found


def _graph(
    graph: Mapping[str, ResolvedNode], starved: Absent, notes: dict[str, None]
) -> tuple[Absent, dict[str, ResolvedNode]]:
    """The graph without optional nodes that lack data, and why they are gone."""
    absent: Absent = {name: why for name, why in starved.items() if name in graph}
    left = graph_of({name: node for name, node in graph.items() if name not in absent}, absent)
    notes.update({f"node {name!r} is left out: {why}": None for name, why in absent.items()})
    return absent, left


def _stage(stage: ResolvedStage, graph: Mapping[str, ResolvedNode], absent: Absent, before: Absent) -> ResolvedStage:
    choices = [
        Choice(tuple(_kept(one, absent) for one in choice.objectives), choice.per) for choice in stage.objectives
    ]
    edits = [
        edit
        for edit in stage.edits
        if edit.get("set") not in absent and edit.get("add") not in absent and edit.get("drop") not in before
    ]
    return replace(
        stage,
        graph=graph,
        objectives=tuple(choices),
        makers={name: _kept(maker, absent) for name, maker in stage.makers.items()},
        edits=tuple(edits),
        absent=tuple(dict.fromkeys([*stage.absent, *absent])),
        added=tuple(name for name in stage.added if name not in absent),
        changed=tuple(name for name in stage.changed if name not in absent),
        dropped=tuple(name for name in stage.dropped if name not in before),
    )


def _kept(component: AnyWired, absent: Absent) -> AnyWired:
    lost = loses(component, absent)
    if lost:
        raise InputError(f"{component.where}: {lost}; wire another node, or take another data set")
    return without(component, absent)
