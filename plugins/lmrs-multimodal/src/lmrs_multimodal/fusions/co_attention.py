"""Two streams of tokens that look at each other."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lmrs_multimodal.fusions.attend import attend, divides
from lmrs_multimodal.fusions.options import CoAttention as Options
from lmrs_plugins import Encoding, Env


class _Half(nn.Module):
    """One stream of one layer: what it takes from the other, then a feed-forward part; norms before, as is stable."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self._heads = heads
        self.own, self.others, self.second = (nn.LayerNorm(width) for _ in range(3))
        self.query, self.both = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.forth = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, other: Tensor, there: Tensor) -> Tensor:
        keys, values = self.both(self.others(other)).chunk(2, -1)
        taken = self.out(attend(self.query(self.own(states)), keys, values, there, self._heads))
        # Nothing is taken from a stream that is not there at all.
        states = states + self.dropout(taken) * there.any(1)[:, None, None]
        return states + self.dropout(self.forth(self.second(states)))


class CoAttention(nn.Module):
    """Co-attentional transformer layers: queries of each stream, keys and values of the other.

    Lu et al., NeurIPS 2019, 3.1, as Wu et al. take it up for news (MM-Rec, SIGIR 2022). A row that lacks one stream
    keeps the other as it is without it; positions that are absent stay so.

    Shapes: states (n, L1, d1) and (n, L2, d2) -> `first` (n, L1, width), `second` (n, L2, width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        divides("co-attention", options.heads, options.width)
        self.width = {"first": options.width, "second": options.width}
        self.enter = nn.ModuleList(nn.Linear(int(env.widths[name]), options.width) for name in self.width)
        self.layers = nn.ModuleList(
            nn.ModuleList(_Half(options.width, options.heads, options.dropout) for _ in range(2))
            for _ in range(options.layers)
        )

    def forward(self, first: Encoding, second: Encoding) -> dict[str, Encoding]:
        masks = [_there(one) for one in (first, second)]
        left, right = (enter(one.main) for enter, one in zip(self.enter, (first, second), strict=True))
        shapes = left.shape, right.shape
        left, right, *seen = (one.flatten(0, one.ndim - 3 + (one.dtype == torch.bool)) for one in (left, right, *masks))
        for one, other in self.layers:
            left, right = one(left, right, seen[1]), other(right, left, seen[0])
        found = zip(self.width, (left, right), shapes, (first, second), strict=True)
        return {name: Encoding(states=states.reshape(shape), mask=given.mask) for name, states, shape, given in found}

    def parts(self) -> dict[str, list[str]]:
        """The maps into both streams, then the layers."""
        return {"enter": ["enter"]} | {f"layer.{place}": [f"layers.{place}"] for place in range(len(self.layers))}


def _there(one: Encoding) -> Tensor:
    return torch.ones_like(one.main[..., 0], dtype=torch.bool) if one.mask is None else one.mask
