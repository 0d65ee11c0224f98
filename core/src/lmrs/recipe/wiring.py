"""Wires as a recipe writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lmrs.recipe.resolved import Wire
from lmrs_plugins.errors import InputError
from lmrs_plugins.ports import Port

Wires = Mapping[str, tuple[Wire, ...]]
Failing = Callable[[str], InputError]


def wires_of(name: str, port: Port, value: Any, fail: Failing) -> tuple[Wire, ...]:
    """What a recipe puts on a port: a node, `node.output`, a list where the port takes many, null to leave it open."""
    if value is None:
        return ()
    if isinstance(value, list):
        if not port.many:
            raise fail(f"port {name!r} takes one node, not a list; join several with a fusion")
        wires = tuple(_wire(name, one, fail) for one in value)
        if len(set(wires)) < len(wires):
            raise fail(f"port {name!r}: a node stands twice")
        return wires
    return (_wire(name, value, fail),)


def positional(ports: Mapping[str, Port], wired: Wires, value: Any, fail: Failing) -> dict[str, tuple[Wire, ...]]:
    """What `of` puts on ports: in their order on those that are not named; one that takes many takes all that is left.

    Where it names more nodes than that, it counts all ports, and what is said by name wins: `answer.item=other` changes
    one end of `of: [history, item]`.
    """
    names = value if isinstance(value, list) else [value]
    free = {name: port for name, port in ports.items() if name not in wired}
    if len(names) > len(free) and not any(port.many for port in free.values()):
        free = dict(ports)
    left, found = list(names), {}
    for name, port in free.items():
        if not left:
            break
        taken, left = (left, []) if port.many else (left[:1], left[1:])
        found[name] = wires_of(name, port, taken if port.many else taken[0], fail)
    if left:
        raise fail(f"names {len(names)} nodes for {len(ports)} port(s): {', '.join(ports)}")
    return {name: wires for name, wires in found.items() if name not in wired}


def _wire(port: str, value: Any, fail: Failing) -> Wire:
    if not isinstance(value, str) or not value:
        raise fail(f"port {port!r} takes the name of a node, not {value!r}")
    node, dot, output = value.partition(".")
    if dot and not output:
        raise fail(f"port {port!r}: {value!r} ends in a dot; say node or node.output")
    return Wire(node, output)
