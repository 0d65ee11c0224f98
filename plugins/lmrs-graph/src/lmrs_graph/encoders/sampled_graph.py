"""Encoders that compute a node from some of its neighbours."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from lmrs_graph.edges import Neighbourhoods
from lmrs_graph.encoders.layers import Layer
from lmrs_graph.encoders.options import OfSample
from lmrs_graph.encoders.trees import Trees
from lmrs_graph.encoders.whole_graph import layers_of, named
from lmrs_graph.encoders.withheld import Withheld
from lmrs_plugins import Encoding, Env, Step


class SampledGraph(nn.Module):
    """The same layers and parameters as over the whole graph, over a tree of neighbours for each row.

    A layer computes the levels that a later one reads, so the last computes the rows alone; how many layers there are
    is the depth of the trees. What is absent sends nothing.

    Shapes: vectors (n, places, d) and relation (n, places), level by level -> (n, width).
    """

    kind: ClassVar[type[Layer]]

    def __init__(self, env: Env, options: OfSample) -> None:
        super().__init__()
        self.layers = layers_of(self.kind, env, options)
        self.width = options.width or int(env.widths["of"])
        self._trees, self._itself = Trees(options.fan), options.itself
        self._withheld = Withheld(options.without, options.subject)

    @staticmethod
    def bind(env: Env, options: OfSample) -> Neighbourhoods:
        return Neighbourhoods(named(options).of(env.bundle), named(options), options.fan)

    def forward(
        self, of: Encoding, relation: Tensor, mask: Tensor, nodes: Tensor | None = None, step: Step | None = None
    ) -> Encoding:
        x, there = of.main, mask if of.mask is None else of.mask & mask
        walked = None
        if nodes is not None:
            there = there & self._seen(nodes, step)
            walked = self._withheld.walked(step, nodes, nodes[:, self._trees.above.to(nodes.device)])
        for number, layer in enumerate(self.layers):
            x, there = self._trees.through(layer, number, x, there, relation, mask, walked, self._itself)
            x = self.layers.between(number, x)
        return Encoding(vectors=x[:, 0], mask=there[:, 0])

    def _seen(self, nodes: Tensor, step: Step | None) -> Tensor:
        """(n, places) where the vector of a node may be seen."""
        hidden = self._withheld.nodes(step)
        return torch.ones_like(nodes, dtype=torch.bool) if hidden is None else ~torch.isin(nodes, hidden)

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"layers.{number}"] for number in range(len(self.layers))}
