"""The nodes of a recipe as a graph: what is absent taken out, inputs first, every wire tied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from lmrs.recipe.resolved import ResolvedNode, ResolvedWired, Wire
from lmrs.recipe.subjects import AnyWired, label, tied
from lmrs.recipe.suggest import meant
from lmrs_plugins.errors import InputError

Absent = dict[str, str]
"""Names of nodes that were there, or might have been, and why they are not."""
TAKEN = "it was taken away"
"""Why a node is absent that somebody took out of the recipe."""


class MissingNodeError(InputError):
    """A component takes a node that is absent; `why` says which."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}; wire another node")
        self.why = why


def graph_of(nodes: Mapping[str, ResolvedNode], absent: Absent) -> dict[str, ResolvedNode]:
    """The graph, inputs first.

    Optional nodes that lose what they need join `absent`.

    Raises
    ------
    InputError
        A wire leads to an unknown or absent node, in a circle, or between ports that do not fit.
    """
    left = _pruned(nodes, absent)
    for node in left.values():
        known_wires(node, left)
        _shares(node, left)
    made: dict[str, ResolvedNode] = {}
    for name in _ordered(left):
        made[name] = tied(left[name], made)
    return made


def _pruned(nodes: Mapping[str, ResolvedNode], absent: Absent) -> dict[str, ResolvedNode]:
    left = dict(nodes)
    while True:
        lost = {name: why for name, node in left.items() if (why := _loses(node, absent))}
        for name, why in lost.items():
            if not left[name].optional:
                raise InputError(f"{left[name].where}: {why}; wire another node, or leave this one out too")
            absent[name] = why
            del left[name]
        if not lost:
            return {name: without(node, absent) for name, node in left.items()}


def _loses(node: ResolvedNode, absent: Absent) -> str:
    if node.share in absent:
        return f"{label(node)} shares the module of {node.share!r}, and {absent[node.share]}"
    return loses(node, absent)


def loses(component: ResolvedWired, absent: Absent) -> str:
    """Why a component cannot do without what is absent; empty where it can."""
    for port, wires in component.wires.items():
        gone = [wire.node for wire in wires if wire.node in absent]
        if gone and len(gone) == len(wires) and not component.takes[port].optional:
            first = min(gone, key=lambda node: absent[node] == TAKEN)  # what one can do about the others says more
            return f"{label(component)} takes {first} on port {port!r}, and {absent[first]}"
    return ""


def without(component: AnyWired, absent: Absent) -> AnyWired:
    """The component without wires to what is absent."""
    wires = {port: tuple(wire for wire in wires if wire.node not in absent) for port, wires in component.wires.items()}
    return replace(component, wires=wires)


def known_wires(component: ResolvedWired, nodes: Mapping[str, ResolvedNode]) -> None:
    """Refuse wires to nodes that do not exist, and required ports that are open."""
    for port, takes in component.takes.items():
        wires: tuple[Wire, ...] = component.wires.get(port, ())
        if not wires and not takes.optional:
            raise InputError(
                f"{component.where}: {label(component)} takes {takes} on port {port!r}, which is open; say {port}: NODE"
                f"{meant(port, nodes)}"
            )
        for wire in wires:
            if wire.node not in nodes:
                raise InputError(
                    f"{component.where}: {label(component)} takes {wire} on port {port!r}, and the model has no node "
                    f"{wire.node!r}{meant(wire.node, nodes)}"
                )


def _shares(node: ResolvedNode, nodes: Mapping[str, ResolvedNode]) -> None:
    if not node.share:
        return
    other = nodes.get(node.share)
    if other is None:
        hint = meant(node.share, nodes)
        raise InputError(f"{node.where}: {label(node)} shares {node.share!r}, which is no node{hint}")
    if other.share or other.name == node.name:
        raise InputError(f"{node.where}: {label(node)} shares {node.share!r}, which has no module of its own")
    if other.card.load != node.card.load:
        raise InputError(f"{node.where}: {label(node)} cannot share the module of {label(other)}: another class")


def _ordered(nodes: Mapping[str, ResolvedNode]) -> list[str]:
    """Inputs first, otherwise as the recipe has them."""
    order: dict[str, None] = {}
    before = {name: [*node.inputs(), *([node.share] if node.share else [])] for name, node in nodes.items()}
    while len(order) < len(nodes):
        ready = [name for name in nodes if name not in order and all(one in order for one in before[name])]
        if not ready:
            raise _circle(nodes, before, order)
        order[ready[0]] = None
    return list(order)


def _circle(nodes: Mapping[str, ResolvedNode], before: Mapping[str, list[str]], done: dict[str, None]) -> InputError:
    walk = [next(name for name in nodes if name not in done)]
    while walk.count(walk[-1]) < 2:
        walk.append(next(name for name in before[walk[-1]] if name not in done))
    circle = walk[walk.index(walk[-1]) :]
    return InputError(f"{nodes[circle[0]].where}: the model runs in a circle: {' takes '.join(circle)}; cut one wire")
