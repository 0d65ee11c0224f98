"""Convolution of neighbours composed with the relations to them."""

from __future__ import annotations

import torch
from torch import Tensor
from torch import nn as torch_nn
from torch.nn import Parameter, init

from lmrs_graph.encoders.layers import Layer
from lmrs_graph.encoders.options import CompGcn as Options
from lmrs_graph.encoders.sampled_graph import SampledGraph
from lmrs_graph.encoders.whole_graph import WholeGraph
from lmrs_graph.pyg import nn


class _Composed(nn.MessagePassing):
    """The mean over neighbours u of u composed with the relation to it."""

    def __init__(self, compose: str) -> None:
        super().__init__(aggr="mean")
        self._compose = compose

    def forward(self, x: Tensor, edges: Tensor, relation: Tensor) -> Tensor:
        return self.propagate(edges, x=x, relation=relation)

    def message(self, x_j: Tensor, relation: Tensor) -> Tensor:
        return composed(x_j, relation, self._compose)


class CompGcnLayer(Layer):
    """W x + b + for both directions W_d times the mean of composed neighbours (Vashishth et al., eq. 2 to 5).

    PyG has no such layer: this one stands on its `MessagePassing`. Relations are vectors of this layer's own; the paper
    passes them on from layer to layer.
    """

    def __init__(self, inner: int, width: int, relations: int, options: Options) -> None:
        super().__init__()
        self._half = relations // 2 if options.inverse else relations
        self.relation = Parameter(torch.empty(relations, inner))
        init.xavier_normal_(self.relation)
        self.itself = torch_nn.Linear(inner, width) if options.itself else None
        self.along = torch_nn.Linear(inner, width, bias=False)
        self.against = torch_nn.Linear(inner, width, bias=False) if options.inverse else None
        self.conv = _Composed(options.compose)

    def forward(self, x: Tensor, edges: Tensor, relation: Tensor) -> Tensor:
        back = relation >= self._half
        given = x.new_zeros(()) if self.itself is None else self.itself(x)
        for which, linear in ((~back, self.along), (back, self.against)):
            if linear is not None:
                given = given + linear(self.conv(x, edges[:, which], self.relation[relation[which]]))
        return given


def composed(x: Tensor, relation: Tensor, how: str) -> Tensor:
    """A neighbour and the relation to it, (..., d) each, as one vector (Vashishth et al., ICLR 2020, 4.1)."""
    if how == "subtract":
        return x - relation
    if how == "multiply":
        return x * relation
    # Circular correlation, in the frequencies.
    turned = torch.fft.rfft(x).conj() * torch.fft.rfft(relation)
    return torch.fft.irfft(turned, n=x.shape[-1])


class CompGcn(WholeGraph):
    kind = CompGcnLayer


class SampledCompGcn(SampledGraph):
    kind = CompGcnLayer
