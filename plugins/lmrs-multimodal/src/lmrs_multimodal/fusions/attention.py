"""Attention over types of data."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lmrs_multimodal.fusions.attend import attend, divides, thinned
from lmrs_multimodal.fusions.options import Attention as Options
from lmrs_plugins import Encoding, Env


class Attention(nn.Module):
    """What the inputs that are there say to each other, and of that a weighted sum.

    t_i = LN(W_i x_i) + e_i for each input; s = t + attend(t, t, t), each looking at all that are there (Vaswani et al.,
    NeurIPS 2017, 3.2); the result is attend(q, s, s) with a query q that is learnt. Where all are absent, so is the
    result. With one input it is a linear map and a norm of it. With `dropout` a row goes without some of its inputs in
    training.

    Shapes: inputs (..., d_i) each -> (..., width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        widths = env.widths["of"]
        self.width: int = options.width or widths[0]
        divides("attention", options.heads, self.width)
        self._heads, self._dropout = options.heads, options.dropout
        self.projections = nn.ModuleList(nn.Linear(width, self.width) for width in widths)
        self.norm = nn.LayerNorm(self.width)
        self.kinds = nn.Parameter(torch.randn(len(widths), self.width) * 0.02)
        self.query = nn.Parameter(torch.randn(self.width) * 0.02)
        self.among = nn.Linear(self.width, 3 * self.width, bias=False)
        self.out = nn.Linear(self.width, self.width)

    def forward(self, of: list[Encoding]) -> Encoding:
        there = torch.stack([_there(one) for one in of], -1)
        if self.training and self._dropout:
            there = thinned(there, self._dropout)
        each = [project(one.main) for project, one in zip(self.projections, of, strict=True)]
        tokens = self.norm(torch.stack(each, -2)) + self.kinds
        flat, seen = tokens.flatten(0, -3), there.flatten(0, -2)
        flat = flat + self.out(attend(*self.among(flat).chunk(3, -1), seen, self._heads))
        query = self.query.expand(len(flat), 1, -1)
        found = attend(query, flat, flat, seen, self._heads)[:, 0].reshape(*tokens.shape[:-2], self.width)
        present = there.any(-1)
        mask = None if all(one.mask is None for one in of) else present
        return Encoding(vectors=torch.where(present[..., None], found, 0.0), mask=mask)


def _there(one: Encoding) -> Tensor:
    return torch.ones_like(one.main[..., 0], dtype=torch.bool) if one.mask is None else one.mask
