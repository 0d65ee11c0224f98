"""Relational graph convolution."""

from __future__ import annotations

from torch import Tensor

from lmrs_graph.encoders.layers import Layer
from lmrs_graph.encoders.options import Rgcn as Options
from lmrs_graph.encoders.sampled_graph import SampledGraph
from lmrs_graph.encoders.whole_graph import WholeGraph
from lmrs_graph.pyg import nn


class RgcnLayer(Layer):
    """PyG's `RGCNConv`: a matrix for each relation, of the mean of its neighbours (Schlichtkrull et al., eq. 2, 3)."""

    def __init__(self, inner: int, width: int, relations: int, options: Options) -> None:
        super().__init__()
        self.conv = nn.RGCNConv(inner, width, relations, num_bases=options.bases or None, root_weight=options.itself)

    def forward(self, x: Tensor, edges: Tensor, relation: Tensor) -> Tensor:
        return self.conv(x, edges, relation)


class Rgcn(WholeGraph):
    kind = RgcnLayer


class SampledRgcn(SampledGraph):
    kind = RgcnLayer
