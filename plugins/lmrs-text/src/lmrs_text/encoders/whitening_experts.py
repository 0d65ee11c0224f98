"""Vectors of a language model made fit for histories: whitened by several experts, of which a gate chooses softly."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env
from lmrs_text.encoders.options import WhiteningExperts as Options


class WhiteningExperts(nn.Module):
    """sum_k g_k (x - b_k) W_k with g = softmax(x W_g + e * softplus(x W_n)), e normal in training and zero otherwise.

    Parametric whitening and the mixture-of-experts adaptor of Hou et al. (KDD 2022, eq. 2 to 4), as their code has it:
    a dense gate, dropout on x, noise that is never quite zero. What is absent stays so.

    Shapes: x (..., d_in) -> (..., width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        inner = int(env.widths["of"])
        self.width, self._experts = options.width, options.experts
        self.dropout = nn.Dropout(options.dropout)
        self.shift = nn.Parameter(torch.zeros(options.experts, inner))
        self.weight = nn.Parameter(torch.empty(options.experts, inner, options.width))
        nn.init.normal_(self.weight, std=0.02)
        self.gate = nn.Parameter(torch.zeros(inner, options.experts))
        self.noise = nn.Parameter(torch.zeros(inner, options.experts))

    def forward(self, of: Encoding) -> Encoding:
        given = of.main
        x = self.dropout(given)
        each = (x @ self.weight.transpose(0, 1).flatten(1)).unflatten(-1, (self._experts, self.width))
        moved = torch.einsum("ki,kio->ko", self.shift, self.weight)
        shares = self._shares(given).to(each.dtype)
        vectors = (shares.unsqueeze(-2) @ each).squeeze(-2) - shares @ moved
        return Encoding(vectors=vectors, mask=of.mask)

    def _shares(self, x: Tensor) -> Tensor:
        logits = x @ self.gate
        if self.training:
            logits = logits + torch.randn_like(logits) * (functional.softplus(x @ self.noise) + 0.01)
        return logits.softmax(-1)
