"""The sum of several encodings."""

from __future__ import annotations

import torch
from torch import nn

from lmrs.builtin.fusions.presence import presence, thinned
from lmrs.builtin.options import Fusion as Options
from lmrs_plugins import Encoding, Env, InputError


class Sum(nn.Module):
    """Sum over the inputs that are there; absent where none is.

    Shapes: inputs (..., d) each -> (..., d).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._dropout = options.dropout
        widths = set(env.widths["of"])
        if len(widths) > 1:
            raise InputError(
                f"fusion sum: its inputs have widths {sorted(widths)}; set them equal, or use gate instead"
            )
        self.width: int = widths.pop()

    def forward(self, of: list[Encoding]) -> Encoding:
        there = presence(of)
        if self.training and self._dropout:
            there = thinned(there, self._dropout)
        total = sum((one.main * mask.unsqueeze(-1) for one, mask in zip(of, there, strict=True)), start=torch.zeros(()))
        return Encoding(vectors=total, mask=None if all(one.mask is None for one in of) else there.any(0))
