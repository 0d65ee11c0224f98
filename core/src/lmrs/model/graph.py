"""The recipe's nodes as one module."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from lmrs.model.batch import tensors
from lmrs.model.plan import NodePlan
from lmrs_plugins import PluginError, View


@dataclass(frozen=True)
class PortUse:
    """How a module's `forward` takes one of its ports."""

    many: bool = False
    lazy: bool = False


@dataclass(frozen=True)
class Node:
    """A module with its plan, its ports, and what its `forward` asks for: name to whether it may be left out."""

    plan: NodePlan
    module: nn.Module
    ports: Mapping[str, PortUse]
    asks: Mapping[str, bool]

    @staticmethod
    def of(plan: NodePlan, module: nn.Module, ports: Mapping[str, PortUse]) -> Node:
        """Read the module's `forward`: its parameter names are the wiring."""
        asks = {}
        for name, parameter in inspect.signature(module.forward).parameters.items():
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                raise PluginError(
                    f"node {plan.name!r}: forward of {type(module).__name__} takes *{name}: let it name what it reads"
                )
            asks[name] = parameter.default is not parameter.empty
        for port in ports:
            if port not in asks:
                raise PluginError(
                    f"node {plan.name!r}: forward of {type(module).__name__} has no parameter for its port {port!r}"
                )
        return Node(plan, module, ports, asks)


@dataclass(frozen=True)
class Keeping:
    """Where rows are kept between runs, and what the rows of each node depend on besides their inputs."""

    folder: Path
    about: Mapping[str, Mapping[str, Any]]


class Graph(nn.Module):
    """All nodes of a model graph, inputs first. A parameter's canonical name is `node.name`.

    Where `keeping` is None, nothing is kept.
    """

    def __init__(self, nodes: Iterable[Node], keeping: Keeping | None = None) -> None:
        super().__init__()
        self.nodes = {node.plan.name: node for node in nodes}
        self.keeping = keeping
        self.body = nn.ModuleDict({name: node.module for name, node in self.nodes.items()})
        self._whole: dict[str, View] = {}

    def plans(self) -> list[NodePlan]:
        """The light halves, in order."""
        return [node.plan for node in self.nodes.values()]

    def whole_inputs(self, name: str, device: torch.device) -> View:
        """What a `table` node's binding gives of everything (edges, features); made once for each device."""
        key = f"{name}@{device}"
        if key not in self._whole:
            self._whole[key] = tensors(self.nodes[name].plan.binding.whole()).map(lambda tensor: tensor.to(device))
        return self._whole[key]
