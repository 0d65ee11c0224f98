"""Encoders that compute a node from some of its neighbours."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from lmrs_graph.edges import Neighbourhoods
from lmrs_graph.encoders.layers import Layer
from lmrs_graph.encoders.options import OfSample
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
        self._fan, self._itself = tuple(options.fan), options.itself
        self._withheld = Withheld(options.without, options.subject)

    @staticmethod
    def bind(env: Env, options: OfSample) -> Neighbourhoods:
        return Neighbourhoods(named(options).of(env.bundle), named(options), options.fan)

    def forward(
        self, of: Encoding, relation: Tensor, mask: Tensor, nodes: Tensor | None = None, step: Step | None = None
    ) -> Encoding:
        x, count = of.main, len(of.main)
        there = mask if of.mask is None else of.mask & mask
        above = self._above(x.device)
        walked = torch.ones_like(mask)
        if nodes is not None:
            there = there & self._seen(nodes, step)
            walked = self._walked(nodes, nodes[:, above], step)
        for number, layer in enumerate(self.layers):
            places = x.shape[1]
            child = torch.arange(1, places, device=x.device)
            first = torch.arange(count, device=x.device)[:, None] * places
            sends = there[:, 1:] & mask[:, above[1:places]] & walked[:, 1:places]
            edges = torch.stack([(first + child)[sends], (first + above[1:places])[sends]])
            moved = layer((x * there[..., None]).flatten(0, 1), edges, relation[:, 1:places][sends])
            had = there.flatten() if self._itself else torch.zeros_like(there).flatten()
            flat = had.index_fill(0, edges[1], True) & mask[:, :places].flatten()
            places = sum(self._levels()[: len(self.layers) - number])
            x = self.layers.between(number, moved.unflatten(0, (count, -1))[:, :places])
            there = flat.view(count, -1)[:, :places]
        return Encoding(vectors=x[:, 0], mask=there[:, 0])

    def _seen(self, nodes: Tensor, step: Step | None) -> Tensor:
        """(n, places) where the vector of a node may be seen."""
        hidden = self._withheld.nodes(step)
        return torch.ones_like(nodes, dtype=torch.bool) if hidden is None else ~torch.isin(nodes, hidden)

    def _walked(self, nodes: Tensor, above: Tensor, step: Step | None) -> Tensor:
        """(n, places) where a node may send to the one above it."""
        walked = self._withheld.walked(step, nodes, above)
        return torch.ones_like(nodes, dtype=torch.bool) if walked is None else walked

    def _levels(self) -> list[int]:
        """Places of each level."""
        sizes = [1]
        for width in self._fan:
            sizes.append(sizes[-1] * width)
        return sizes

    def _above(self, device: torch.device) -> Tensor:
        """(places,) the place that each one is a neighbour of; the first one's own."""
        found, start = [0], 0
        for size, width in zip(self._levels(), self._fan, strict=False):
            found += [start + place // width for place in range(size * width)]
            start += size
        return torch.tensor(found, device=device)

    def parts(self) -> dict[str, list[str]]:
        """A part for each layer."""
        return {f"layer.{number}": [f"layers.{number}"] for number in range(len(self.layers))}
