"""Ports against each other: subject variables bound, forms compared, both ends named where they do not fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from lmrs.recipe.resolved import ResolvedComponent, ResolvedNode, ResolvedWired, Wire
from lmrs.recipe.suggest import meant
from lmrs.recipe.tree import dotted
from lmrs_plugins.errors import InputError, PluginError
from lmrs_plugins.ports import Port

AnyWired = TypeVar("AnyWired", bound=ResolvedWired)


def label(component: ResolvedComponent) -> str:
    """How messages name a component: `model.item (sequence/item-id)`."""
    return f"{dotted(component.path)} ({component.use})"


def tied(component: AnyWired, graph: Mapping[str, ResolvedNode]) -> AnyWired:
    """The component with its wires checked against nodes that are tied already, and concrete subjects on its ports.

    A variable that is called like an option with a text (`$subject`) is that option's value.
    """
    known = {f"${name}": text for name, text in component.settings().items() if isinstance(text, str)}
    bound: dict[str, tuple[str, str]] = {name: (text, "an option") for name, text in known.items()}
    wires = {}
    for name, port in component.card.takes.items():
        found = [_chosen(component, name, wire, graph) for wire in component.wires.get(name, ())]
        for wire in found:
            _meet(component, name, port, wire, graph, bound)
        wires[name] = tuple(found)
    subjects = {name: subject for name, (subject, _) in bound.items()}
    takes = {name: _concrete(port, subjects) for name, port in component.card.takes.items()}
    if not isinstance(component, ResolvedNode):
        return replace(component, wires=wires, takes=takes)
    gives = {name: _concrete(port, subjects) for name, port in component.card.gives.items()}
    for port in gives.values():
        if "$" in port.subject:
            raise PluginError(f"{component.where}: {label(component)} gives {port}, and no wire says what that is")
    return replace(component, wires=wires, takes=takes, gives=gives)


def _chosen(component: ResolvedWired, port: str, wire: Wire, graph: Mapping[str, ResolvedNode]) -> Wire:
    """The wire with its output named where, and only where, the node gives several."""
    node = graph[wire.node]
    if wire.output and wire.output not in node.gives:
        raise InputError(
            f"{component.where}: {label(component)} takes {wire} on port {port!r}, but {label(node)} gives no "
            f"{wire.output!r}{meant(wire.output, node.gives) or '; say ' + repr(wire.node)}"
        )
    if len(node.gives) == 1:
        return Wire(wire.node)
    if not wire.output and "" not in node.gives:
        several = ", ".join(f"{wire.node}.{name}" for name in node.gives)
        raise InputError(
            f"{component.where}: {label(component)} takes {wire} on port {port!r}, but {label(node)} gives several: "
            f"say one of {several}"
        )
    return wire


def _meet(
    component: ResolvedWired,
    name: str,
    port: Port,
    wire: Wire,
    graph: Mapping[str, ResolvedNode],
    bound: dict[str, tuple[str, str]],
) -> None:
    given = graph[wire.node].output(wire)
    trial = dict(bound)
    if given.form in port.form.split("|") and _unify(port.subject, given.subject, trial, str(wire)):
        bound.update(trial)
        return
    said = ", ".join(f"{key} is {bound[key][0]} by {bound[key][1]}" for key in sorted(bound) if key in port.subject)
    raise InputError(
        f"{component.where}: {label(component)} takes {port}{f' ({said})' if said else ''} on port {name!r}, but "
        f"{label(graph[wire.node])} gives {given}"
    )


def _unify(pattern: str, subject: str, bound: dict[str, tuple[str, str]], by: str) -> bool:
    if pattern.startswith("$") and "*" not in pattern:
        return bound.setdefault(pattern, (subject, by))[0] == subject
    if "*" in pattern:
        left, right = pattern.split("*"), subject.split("*")
        return len(left) == len(right) and all(_unify(a, b, bound, by) for a, b in zip(left, right, strict=True))
    return pattern == subject


def _concrete(port: Port, subjects: Mapping[str, str]) -> Port:
    return replace(port, subject="*".join(subjects.get(part, part) for part in port.subject.split("*")))
