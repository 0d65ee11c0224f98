"""Several projections of each input, of which a gate chooses softly."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from lmrs.builtin.fusions.presence import presence, thinned
from lmrs.builtin.options import MixtureOfExperts as Options
from lmrs_plugins import Encoding, Env


class MixtureOfExperts(nn.Module):
    """sum_ik a_ik u_ik over the experts k of each input i, a = softmax_ik(v_ik . x_i + c_ik) over what is there.

    u_ik = W_ik x_i + b_ik, and with `normalize` that over its length.

    Jacobs et al., Neural Computation 3(1), 1991, with experts that belong to their inputs: the experts of an absent
    input have weight zero, and where all are absent, so is the result. With one expert each it is `gate`.

    Shapes: inputs (..., d_i) each -> (..., width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        widths, self._dropout, self._normalize = env.widths["of"], options.dropout, options.normalize
        self.width: int = options.width or widths[0]
        self.experts = nn.ModuleList(_experts(width, options.experts * self.width) for width in widths)
        self.gates = nn.ModuleList(nn.Linear(width, options.experts) for width in widths)

    def forward(self, of: list[Encoding]) -> Encoding:
        there = presence(of)
        if self.training and self._dropout:
            there = thinned(there, self._dropout)
        logits = torch.stack([gate(one.main) for gate, one in zip(self.gates, of, strict=True)], -2)
        present = there.movedim(0, -1).unsqueeze(-1)
        logits = logits.masked_fill(~present, torch.finfo(logits.dtype).min)
        shares = logits.flatten(-2).softmax(-1).reshape(logits.shape) * present
        each = torch.stack([expert(one.main) for expert, one in zip(self.experts, of, strict=True)], -2)
        each = each.reshape(*logits.shape, self.width)
        if self._normalize:
            each = functional.normalize(each, dim=-1)
        fused = torch.einsum("...ik,...iko->...o", shares, each)
        return Encoding(vectors=fused, mask=None if all(one.mask is None for one in of) else there.any(0))


def _experts(width: int, to: int) -> nn.Linear:
    experts = nn.Linear(width, to)
    nn.init.normal_(experts.weight, std=width**-0.5)
    nn.init.zeros_(experts.bias)
    return experts
