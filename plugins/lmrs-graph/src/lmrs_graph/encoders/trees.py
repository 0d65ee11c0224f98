"""Layers over trees of neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lmrs_graph.encoders.layers import Layer


class Trees:
    """Which place of a tree stands above which, where a row has `fan[0]` neighbours, each of these `fan[1]`, and so on.

    A layer computes the levels that a later one reads, so the last computes the rows alone.
    """

    def __init__(self, fan: Sequence[int]) -> None:
        self._sizes, above, start = [1], [0], 0
        for width in fan:
            size = self._sizes[-1]
            above += [start + place // width for place in range(size * width)]
            start += size
            self._sizes.append(size * width)
        self.above = torch.tensor(above)
        """(places,) the place that each one is a neighbour of; the first one's own."""

    def through(
        self,
        layer: Layer,
        number: int,
        x: Tensor,
        there: Tensor,
        relation: Tensor,
        mask: Tensor,
        walked: Tensor | None = None,
        itself: bool = True,
    ) -> tuple[Tensor, Tensor]:
        """Layer `number` of as many as `fan` is long: vectors (n, places, d) and where they are, less one level."""
        count, places = x.shape[:2]
        above = self.above.to(x.device)[1:places]
        first = torch.arange(count, device=x.device)[:, None] * places
        sends = there[:, 1:] & mask[:, above]
        if walked is not None:
            sends = sends & walked[:, 1:places]
        child = torch.arange(1, places, device=x.device)
        edges = torch.stack([(first + child)[sends], (first + above)[sends]])
        moved = layer((x * there[..., None]).flatten(0, 1), edges, relation[:, 1:places][sends])
        had = there.flatten() if itself else torch.zeros_like(there).flatten()
        flat = had.index_fill(0, edges[1], True) & mask[:, :places].flatten()
        kept = sum(self._sizes[: len(self._sizes) - 1 - number])
        return moved.unflatten(0, (count, -1))[:, :kept], flat.view(count, -1)[:, :kept]
