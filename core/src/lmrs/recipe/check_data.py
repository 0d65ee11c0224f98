"""Whether a recipe and a data set fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from lmrs.recipe.graph import Absent, graph_of, loses, without
from lmrs.recipe.resolved import Choice, Resolved, ResolvedComponent, ResolvedNode, ResolvedStage, ResolvedWired
from lmrs.recipe.subjects import AnyWired, label
from lmrs_plugins.errors import InputError
from lmrs_plugins.ports import Pull

Has = Callable[[str], bool]


def check_data(resolved: Resolved, has: Has, contents: Iterable[str], name: str = "data") -> Resolved:
    """The recipe without its optional nodes that the data cannot feed.

    `has` and `contents` are the bundle's own.

    Raises
    ------
    InputError
        A component needs what the data lack; the message names both.
    """
    there = ", ".join(list(contents)[:20]) or "nothing"
    fitted = _fitted(resolved, has, f"data set {name!r}")
    for component in components(fitted):
        need = _lacks(component, has)
        if need:
            wants = f"{label(component)} needs {need}"
            raise InputError(f"{component.where}: {wants}, but data set {name!r} has no {need}: it has {there}")
    for stage in fitted.stages:
        for objective in stage.each():
            _tables(objective, objective.pulls, stage.graph, has, name)
        for growth in stage.growths:
            for subject in (growth.subject, growth.by):
                if isinstance(subject, str) and not has(subject):
                    grows = f"stage {stage.name!r} grows {growth.subject} by {growth.by}"
                    raise InputError(f"{grows}, but data set {name!r} has no {subject}")
    if fitted.answer is not None:
        _tables(fitted.answer, fitted.answer.pulls, fitted.final_graph(), has, name)
    return fitted


def components(resolved: Resolved) -> Iterator[ResolvedComponent]:
    """Every component of a recipe, those in options not counted."""
    answer = resolved.answer
    yield from filter(None, (resolved.task, answer, answer.draw if answer else None))
    yield from resolved.model.values()
    for stage in resolved.stages:
        yield from stage.graph.values()
        yield from filter(None, (stage.strategy, stage.sampler))
        yield from stage.draws.values()
        yield from stage.each()
        yield from stage.makers.values()
    yield from resolved.evaluate.metrics


def _lacks(component: ResolvedComponent, has: Has) -> str:
    return next((need for need in component.needs() if not has(need)), "")


def _tables(
    component: ResolvedWired, pulls: Iterable[Pull], graph: Mapping[str, ResolvedNode], has: Has, name: str
) -> None:
    """What is computed whole, row by row, has as many rows as the data say."""
    for wire in (wire for pull in pulls if not pull.view for wire in component.wires[pull.port]):
        node = graph[wire.node]
        subject = node.output(wire).subject
        if node.card.evaluation == "rows" and subject != "event" and not has(subject):
            pulls_all = f"{label(component)} pulls all rows of {subject} from {label(node)}"
            raise InputError(f"{component.where}: {pulls_all}, but data set {name!r} has no {subject}")


def _fitted(resolved: Resolved, has: Has, data: str) -> Resolved:
    notes: dict[str, None] = {}
    before, first = _graph(resolved.model, has, data, notes)
    gone = set(before)
    stages = []
    for stage in resolved.stages:
        absent, graph = _graph(stage.graph, has, data, notes)
        stages.append(_stage(stage, graph, absent, before))
        before = absent
    answer = None if resolved.answer is None else _kept(resolved.answer, before)
    if not notes:
        return resolved
    lost = tuple(f"model.{name}." for name in gone)
    return replace(
        resolved,
        model=first,
        stages=tuple(stages),
        answer=answer,
        notes=(*resolved.notes, *notes),
        provenance={path: origin for path, origin in resolved.provenance.items() if not path.startswith(lost)},
    )


def _graph(
    graph: Mapping[str, ResolvedNode], has: Has, data: str, notes: dict[str, None]
) -> tuple[Absent, dict[str, ResolvedNode]]:
    """The graph without optional nodes that lack data, and why they are gone."""
    absent: Absent = {}
    for name, node in graph.items():
        need = _lacks(node, has)
        if need and node.optional:
            absent[name] = f"{data} has no {need}"
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
        added=tuple(name for name in stage.added if name not in absent),
        changed=tuple(name for name in stage.changed if name not in absent),
        dropped=tuple(name for name in stage.dropped if name not in before),
    )


def _kept(component: AnyWired, absent: Absent) -> AnyWired:
    lost = loses(component, absent)
    if lost:
        raise InputError(f"{component.where}: {lost}; wire another node, or take another data set")
    return without(component, absent)
