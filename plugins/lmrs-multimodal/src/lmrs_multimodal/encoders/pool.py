"""Tokens of a row as one vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lmrs_multimodal.fusions.options import Pool as Options
from lmrs_plugins import Encoding, Env


class Pool(nn.Module):
    """sum_l a_l x_l with a = softmax_l(q . tanh(V x_l)) over the tokens that are there; absent where none is.

    Additive attention (Yang et al., NAACL 2016, eq. 5-7), as news encoders have it.

    Shapes: states (n, L, d) -> (n, width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        inner = int(env.widths["of"])
        self.width: int = options.width or inner
        self.hidden, self.query = nn.Linear(inner, inner), nn.Linear(inner, 1, bias=False)
        self.project = nn.Linear(inner, options.width) if options.width else nn.Identity()

    def forward(self, of: Encoding) -> Encoding:
        states, there = of.main, of.mask
        logits: Tensor = self.query(torch.tanh(self.hidden(states)))[..., 0]
        if there is None:
            return Encoding(vectors=self.project((logits.softmax(-1)[..., None] * states).sum(-2)))
        weights = logits.masked_fill(~there, torch.finfo(logits.dtype).min).softmax(-1) * there
        present = there.any(-1)
        found = self.project((weights[..., None] * states.masked_fill(~there[..., None], 0.0)).sum(-2))
        return Encoding(vectors=torch.where(present[..., None], found, 0.0), mask=present)
