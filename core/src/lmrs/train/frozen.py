"""What is frozen stays as it is, and is computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import nn

from lmrs.model.graph import Graph
from lmrs.model.plan import EVENT
from lmrs_plugins import Group, InputError


def free(parameters: Mapping[str, nn.Parameter], groups: Iterable[Group]) -> None:
    """Let gradients into the parameters of the groups and into no others."""
    chosen: set[str] = set()
    for group in groups:
        for name in group.names:
            if name not in parameters:
                raise InputError(f"the strategy wants to train {name!r}, and there is no such parameter")
            if name in chosen:
                raise InputError(f"the strategy puts {name!r} into two groups")
            chosen.add(name)
    for name, parameter in parameters.items():
        # Integers and the like cannot train whatever a strategy says.
        parameter.requires_grad_(name in chosen and parameter.is_floating_point())


def constant_nodes(graph: Graph) -> list[str]:
    """Nodes computed row by row or as a table whose result cannot change in this stage, inputs first.

    Neither they nor anything under them trains, they have no lazy port, and their bindings do not draw at random.
    """
    constant: set[str] = set()
    found = []
    for name, node in graph.nodes.items():
        still = not any(parameter.requires_grad for parameter in node.module.parameters())
        below = all(wire.node in constant for wire in node.plan.inputs())
        eager = not any(use.lazy for use in node.ports.values())
        if still and below and eager and not getattr(node.plan.binding, "random", False):
            constant.add(name)
            still_rows = node.plan.finite is not None and EVENT not in node.plan.subjects.values()
            if node.plan.evaluation in ("rows", "table") and still_rows:
                found.append(name)
    return found


def snapshot(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Copies on the CPU."""
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in tensors.items()}
