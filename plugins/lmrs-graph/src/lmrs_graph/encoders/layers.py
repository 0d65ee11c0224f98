"""Layers that take vectors along typed edges, one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

Edges = tuple[Tensor, Tensor]
"""(2, e) sources and targets, and (e,) relations."""
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": functional.relu,
    "tanh": torch.tanh,
    "elu": functional.elu,
    "none": lambda x: x,
}


class Layer(nn.Module, ABC):
    """A layer: vectors of nodes (n, d) and edges -> (n, width)."""

    @abstractmethod
    def forward(self, x: Tensor, edges: Tensor, relation: Tensor) -> Tensor:
        """The vectors after it."""


class Layers(nn.ModuleList):
    """Layers with an activation and dropout between them."""

    def __init__(self, layers: list[Layer], activation: str, dropout: float) -> None:
        super().__init__(layers)
        self._activation, self._dropout = ACTIVATIONS[activation], dropout

    def between(self, number: int, x: Tensor) -> Tensor:
        """What the layer of a number gives, as the next one takes it."""
        if number == len(self) - 1:
            return x
        return functional.dropout(self._activation(x), self._dropout, self.training)


def reached(there: Tensor, edges: Tensor, itself: bool = True) -> Tensor:
    """(n,) where a node has a vector after a layer: one of its neighbours had one, or it had one `itself`."""
    found = there.clone() if itself else torch.zeros_like(there)
    found[edges[1][there[edges[0]]]] = True
    return found
