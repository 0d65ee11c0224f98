"""GraphSAGE."""

from __future__ import annotations

from torch import Tensor

from lmrs_graph.encoders.layers import Layer
from lmrs_graph.encoders.options import Sage as Options
from lmrs_graph.encoders.sampled_graph import SampledGraph
from lmrs_graph.encoders.whole_graph import WholeGraph
from lmrs_graph.pyg import nn


class SageLayer(Layer):
    """PyG's `SAGEConv`: W x + V times the mean of the neighbours (Hamilton et al., NeurIPS 2017, algorithm 1).

    Relations make no difference.
    """

    def __init__(self, inner: int, width: int, relations: int, options: Options) -> None:
        super().__init__()
        self.conv = nn.SAGEConv(inner, width, aggr=options.aggregate, root_weight=options.itself)

    def forward(self, x: Tensor, edges: Tensor, relation: Tensor) -> Tensor:
        return self.conv(x, edges)


class Sage(WholeGraph):
    kind = SageLayer


class SampledSage(SampledGraph):
    kind = SageLayer
