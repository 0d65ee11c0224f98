"""The sum of several encodings."""

from __future__ import annotations

import torch
from torch import nn

from lmrs_plugins import Encoding, Env, InputError


def presence(of: list[Encoding]) -> torch.Tensor:
    """(inputs, ...) whether each input is there."""
    masks = [torch.ones_like(one.main[..., 0], dtype=torch.bool) if one.mask is None else one.mask for one in of]
    return torch.stack(masks)


class Sum(nn.Module):
    """Sum over the inputs that are there; absent where none is.

    Shapes: inputs (..., d) each -> (..., d).
    """

    def __init__(self, env: Env) -> None:
        super().__init__()
        widths = set(env.widths["of"])
        if len(widths) > 1:
            raise InputError(
                f"fusion sum: its inputs have widths {sorted(widths)}; set them equal, or use gate instead"
            )
        self.width: int = widths.pop()

    def forward(self, of: list[Encoding]) -> Encoding:
        there = presence(of)
        total = sum((one.main * mask.unsqueeze(-1) for one, mask in zip(of, there, strict=True)), start=torch.zeros(()))
        return Encoding(vectors=total, mask=None if all(one.mask is None for one in of) else there.any(0))
