"""A weighted sum whose weights depend on what is there."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from lmrs.builtin.fusions.presence import presence, thinned
from lmrs.builtin.options import Gate as Options
from lmrs_plugins import Encoding, Env


class Gate(nn.Module):
    """sum_i a_i u_i with u_i = W_i x_i / |W_i x_i| and a = softmax_i(w_i . x_i + b_i) over the inputs that are there.

    After the gated multimodal units of Arevalo et al. (ICLR workshop 2017), for any number of inputs; their tanh is
    length 1 here, and with `normalize` off u_i = W_i x_i.
    An absent input has weight zero; where all are absent, so is the result.

    Shapes: inputs (..., d_i) each -> (..., width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        widths, self._dropout, self._normalize = env.widths["of"], options.dropout, options.normalize
        self.width: int = options.width or widths[0]
        self.projections = nn.ModuleList(_projection(width, self.width) for width in widths)
        self.gates = nn.ModuleList(nn.Linear(width, 1) for width in widths)

    def forward(self, of: list[Encoding]) -> Encoding:
        there = presence(of)
        if self.training and self._dropout:
            there = thinned(there, self._dropout)
        logits = torch.stack([gate(one.main)[..., 0] for gate, one in zip(self.gates, of, strict=True)])
        logits = logits.masked_fill(~there, torch.finfo(logits.dtype).min)
        weights = logits.softmax(0) * there
        projected = torch.stack([project(one.main) for project, one in zip(self.projections, of, strict=True)])
        if self._normalize:
            projected = functional.normalize(projected, dim=-1)
        fused = (weights.unsqueeze(-1) * projected).sum(0)
        return Encoding(vectors=fused, mask=None if all(one.mask is None for one in of) else there.any(0))


def _projection(width: int, to: int) -> nn.Linear:
    projection = nn.Linear(width, to, bias=False)
    nn.init.normal_(projection.weight, std=width**-0.5)
    return projection
