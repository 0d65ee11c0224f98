"""One vector out of the states of a text."""

from __future__ import annotations

import torch
from torch import Tensor


def pool(states: Tensor, lengths: Tensor, how: str) -> Tensor:
    """(n, L, d) states with n lengths, padded on the right -> (n, d)."""
    if how == "cls":
        return states[:, 0]
    if how == "last":
        place = (lengths - 1).clamp(min=0)[:, None, None].expand(-1, 1, states.shape[-1])
        return states.gather(1, place)[:, 0]
    there = present(lengths, states.shape[1])[..., None]
    return states.masked_fill(~there, 0.0).sum(1) / lengths.clamp(min=1)[:, None].to(states.dtype)


def present(lengths: Tensor, most: int) -> Tensor:
    """(n, most) true where a token stands."""
    return torch.arange(most, device=lengths.device) < lengths[:, None]
