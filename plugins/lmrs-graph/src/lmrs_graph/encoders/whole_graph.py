"""Encoders that compute all nodes of a named graph at once."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from lmrs_graph.edges import AllEdges
from lmrs_graph.encoders.layers import Layer, Layers, reached
from lmrs_graph.encoders.options import OfGraph
from lmrs_graph.encoders.withheld import Withheld
from lmrs_graph.later import Named
from lmrs_plugins import Encoding, Env, Step


def named(options: OfGraph) -> Named:
    """The graph that the options name, in the directions that they want."""
    return Named(options.graph, options.subject, options.inverse)


def layers_of(kind: type[Layer], env: Env, options: Any) -> Layers:
    """The layers of an encoder, the first as wide as what comes in."""
    widths = [int(env.widths["of"]), *[options.width or int(env.widths["of"])] * options.layers]
    made = [kind(one, other, env.binding.relations, options) for one, other in pairwise(widths)]
    return Layers(made, options.activation, options.dropout)


class WholeGraph(nn.Module):
    """Vectors of all nodes through layers of one kind; what is absent sends nothing, and is there once it is reached.

    Shapes: vectors (n, d), source, target and relation (e,) -> (n, width).
    """

    kind: ClassVar[type[Layer]]

    def __init__(self, env: Env, options: OfGraph) -> None:
        super().__init__()
        self.layers = layers_of(self.kind, env, options)
        self.width = options.width or int(env.widths["of"])
        self._itself = options.itself
        self._withheld = Withheld(options.without, options.subject)

    @staticmethod
    def bind(env: Env, options: OfGraph) -> AllEdges:
        return AllEdges(named(options).of(env.bundle), named(options))

    def forward(
        self, of: Encoding, source: Tensor, target: Tensor, relation: Tensor, step: Step | None = None
    ) -> Encoding:
        x, there = of.main, of.mask
        hidden, walked = self._withheld.nodes(step), self._withheld.walked(step, source, target)
        if walked is not None:
            source, target, relation = source[walked], target[walked], relation[walked]
        edges = torch.stack([source, target])
        if hidden is not None:
            there = (torch.ones_like(x[:, 0], dtype=torch.bool) if there is None else there).index_fill(
                0, hidden, False
            )
        if there is not None and bool(there.all()):
            there = None
        if there is None and not self._itself:
            there = torch.ones_like(x[:, 0], dtype=torch.bool)
        for number, layer in enumerate(self.layers):
            if there is None:
                x = layer(x, edges, relation)
            else:
                sent = there[source]
                x = layer(x * there[:, None], edges[:, sent], relation[sent])
                there = reached(there, edges, self._itself)
            x = self.layers.between(number, x)
        return Encoding(vectors=x, mask=there)

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"layers.{number}"] for number in range(len(self.layers))}
