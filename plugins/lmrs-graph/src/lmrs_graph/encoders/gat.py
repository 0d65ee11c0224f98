"""Attention over neighbours."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import Parameter, init

from lmrs_graph.encoders.layers import Layer
from lmrs_graph.encoders.options import Gat as Options
from lmrs_graph.encoders.sampled_graph import SampledGraph
from lmrs_graph.encoders.whole_graph import WholeGraph
from lmrs_graph.pyg import nn
from lmrs_plugins import InputError


class GatLayer(Layer):
    """PyG's `GATv2Conv` (Brody et al., ICLR 2022, eq. 7), beside a linear map of the node itself.

    With `relations` the attention looks at a vector of the edge's relation, as in KGAT (Wang et al., KDD 2019, eq. 4).
    Without `itself` the node is still what attention asks with.
    """

    def __init__(self, inner: int, width: int, relations: int, options: Options) -> None:
        super().__init__()
        if width % options.heads:
            raise InputError(f"gat: {options.heads} heads do not divide the width {width}")
        self.conv = nn.GATv2Conv(
            inner,
            width // options.heads,
            options.heads,
            edge_dim=inner if options.relations else None,
            add_self_loops=False,
            residual=options.itself,
        )
        self.relation = Parameter(torch.empty(relations, inner)) if options.relations else None
        if self.relation is not None:
            init.normal_(self.relation, std=0.1)

    def forward(self, x: Tensor, edges: Tensor, relation: Tensor) -> Tensor:
        return self.conv(x, edges, None if self.relation is None else self.relation[relation])


class Gat(WholeGraph):
    kind = GatLayer


class SampledGat(SampledGraph):
    kind = GatLayer
