"""What is frozen stays as it is, and is computed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

import torch
from torch import nn

from lmrs.model.graph import Graph
from lmrs.model.plan import EVENT
from lmrs_plugins import Group, InputError, PluginError


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


def still_modules(graph: Graph) -> list[nn.Module]:
    """What has parameters and trains none of them: nodes, and parts of nodes that train otherwise.

    They stay in evaluation mode, so there is no dropout in them, and no statistics that move. What has no parameter
    follows the module that it stands in.
    """
    found = []
    for node in graph.nodes.values():
        for module in node.module.modules():
            parameters = list(module.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                found.append(module)
    return found


def frozen_names(graph: Graph, tensors: Mapping[str, torch.Tensor], groups: Iterable[Group]) -> list[str]:
    """What has to be the same to the last bit when the stage ends, of a graph's tensors by canonical name.

    These are the parameters of no group, and the buffers of still modules and of nodes that are computed once.
    """
    trained = {name for group in groups for name in group.names}
    once = [graph.nodes[name].module for name in constant_nodes(graph)]
    still = {id(buffer) for module in [*still_modules(graph), *once] for buffer in module.buffers()}
    return [
        name
        for name, tensor in tensors.items()
        if (name not in trained if isinstance(tensor, nn.Parameter) else id(tensor) in still)
    ]


def digests(tensors: Mapping[str, torch.Tensor], names: Iterable[str]) -> dict[str, str]:
    """A digest of the bytes of each; memory: the largest of them, where they are not on the CPU."""
    found = {}
    for name in names:
        tensor = tensors[name].detach().cpu().contiguous().reshape(-1)
        data = tensor.view(torch.uint8).numpy().data if tensor.numel() else b""
        found[name] = sha256(data).hexdigest()[:32]
    return found


def check_frozen(before: Mapping[str, str], tensors: Mapping[str, torch.Tensor], stage: str, strategy: str) -> None:
    """Compare digests of when a stage began with what is there after its last step.

    Raises
    ------
    PluginError
        Something has changed that the strategy froze; the first is named.
    """
    now = digests(tensors, before)
    changed = [name for name, digest in before.items() if now[name] != digest]
    if changed:
        more = f", and {len(changed) - 1} more" if len(changed) > 1 else ""
        node = changed[0].partition(".")[0]
        raise PluginError(
            f"stage {stage!r}: {changed[0]!r}{more} changed, although {strategy} does not train it: "
            f"the module of {node!r}, or a strategy or hook, writes to it"
        )


def snapshot(tensors: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Copies on the CPU."""
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in tensors.items()}
