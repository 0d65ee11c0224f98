"""What is looked at: whether a draw makes the views that a component wants, with the rows that its nodes need."""

from __future__ import annotations

from collections.abc import Mapping

from lmrs.recipe.resolved import ResolvedAnswer, ResolvedComponent, ResolvedNode, ResolvedObjective, Wire
from lmrs.recipe.subjects import label
from lmrs.recipe.suggest import meant
from lmrs_plugins.errors import InputError
from lmrs_plugins.ports import Pull, ViewType, holds

Graph = Mapping[str, ResolvedNode]
Draws = Mapping[str, ResolvedComponent]
ALWAYS = ("mask", "special")
"""Fields that every view has, if only as None."""


def check_pulls(
    component: ResolvedObjective | ResolvedAnswer,
    on: tuple[str, ...],
    draws: Draws,
    graph: Graph,
    born: frozenset[str] = frozenset(),
) -> None:
    """Refuse what `component` pulls and reads and cannot have; `born` are views that the host makes."""
    for pull in component.pulls:
        wires = component.wires[pull.port]
        if not pull.view:
            for wire in wires:
                _whole(component, pull, wire, graph)
        elif pull.view not in born:
            draw, made = _view(component, pull.view, f"pulls {pull.port!r} at", on, draws)
            for wire in wires:
                lack = lacking(wire, made, component.takes[pull.port].at, graph)
                if lack:
                    looked = f"{label(component)} pulls {pull.port!r} at view {pull.view!r} of {label(draw)}"
                    raise InputError(f"{component.where}: {looked}, but there {lack}")
    for read in component.card.reads:
        _read(component, read, on, draws, born)


def lacking(wire: Wire, view: ViewType, at: str, graph: Graph) -> str:
    """Why a node cannot be looked at through a view; empty where it can."""
    node = graph[wire.node]
    if node.card.evaluation == "view":
        for port, wires in node.wires.items():
            for below in wires:
                lack = lacking(below, view, node.takes[port].at, graph)
                if lack:
                    return f"{lack} (for {label(node)})"
        return ""
    subject = node.output(wire).subject
    fields = [name for name, of in view.rows.items() if of == subject]
    if at:
        return "" if at in fields else f"{label(node)} wants rows of {subject} in field {at!r}, which {_holds(view)}"
    if not fields:
        return f"{label(node)} wants rows of {subject}, and it {_holds(view)}"
    if len(fields) > 1 and subject not in fields:
        return f"{label(node)} wants rows of {subject}, and several fields hold them: {', '.join(fields)}"
    return ""


def _holds(view: ViewType) -> str:
    return "holds " + (", ".join(f"{name} (rows of {of})" for name, of in view.rows.items()) or "no rows")


def _whole(component: ResolvedComponent, pull: Pull, wire: Wire, graph: Graph) -> None:
    why = no_table(wire, graph)
    if why:
        raise InputError(
            f"{component.where}: {label(component)} pulls the whole table on port {pull.port!r}, but {why}; "
            "use one that looks at candidates or at a view"
        )


def no_table(wire: Wire, graph: Graph) -> str:
    """Why a node cannot be computed whole; empty where it can."""
    node = graph[wire.node]
    if node.card.evaluation == "view":
        return f"{label(node)} is computed in the context of a view and has none"
    subject = node.output(wire).subject
    if "*" in subject:
        return f"{label(node)} gives rows of the product {subject} and has none"
    return ""


def check_tables(graph: Graph) -> None:
    """A node that is evaluated as a table reads its ports whole."""
    for node in graph.values():
        if node.card.evaluation != "table":
            continue
        for port, wires in node.wires.items():
            for wire in wires:
                why = no_table(wire, graph)
                if why:
                    raise InputError(f"{node.where}: {label(node)} reads port {port!r} whole, but {why}")


def _read(
    component: ResolvedObjective | ResolvedAnswer, read: str, on: tuple[str, ...], draws: Draws, born: frozenset[str]
) -> None:
    view, _, name = read.rpartition(".")
    pulled = [pull.view for pull in component.pulls]
    off = view not in pulled and any(pull.view == view for pull in component.card.pulls)
    if off or view in born:  # an option has switched the pull off, and with it what belongs to it
        return
    draw, made = _view(component, view, f"reads {name!r} of", on, draws)
    fields = {*made.rows, *made.values, *ALWAYS}
    if name not in fields:
        raise InputError(
            f"{component.where}: {label(component)} reads field {name!r} of view {view!r}, but {label(draw)} makes none"
            f"{meant(name, fields)}"
        )


def _view(
    component: ResolvedComponent, name: str, doing: str, on: tuple[str, ...], draws: Draws
) -> tuple[ResolvedComponent, ViewType]:
    """A view by its name, `view` of the first draw or `draw.view` of any."""
    chosen, dot, view = name.rpartition(".")
    chosen = chosen if dot else (on[0] if on else "")
    if chosen not in on:
        raise InputError(f"{component.where}: {label(component)} {doing} view {name!r}, but it stands on no such draw")
    draw = draws[chosen]
    emits = draw.emits()
    made = emits.get(view)
    if made is not None and holds(made.when, draw.settings()):
        return draw, made
    shown = {key for key, kind in emits.items() if holds(kind.when, draw.settings())}
    if made is not None:
        why = f"makes that only where its option {made.when!r} holds"
    else:
        why = f"makes no such view{meant(view, shown)}"
    raise InputError(f"{component.where}: {label(component)} {doing} view {view!r}, but {label(draw)} {why}")
