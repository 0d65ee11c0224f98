"""Scaled dot-product attention in the precision that pays."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def attention(query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None, drop: float, causal: bool) -> Tensor:
    """As torch's `scaled_dot_product_attention`; on the CPU never in half precision.

    Its fast kernel there is several times slower backwards in bfloat16 than in float32 (torch 2.13), which costs more
    than all the matrix products of a small model gain.
    """
    if query.device.type != "cpu" or query.dtype.itemsize > 2:
        return functional.scaled_dot_product_attention(query, key, value, allowed, drop, is_causal=causal)
    with torch.autocast("cpu", enabled=False):
        wide = (part.float() for part in (query, key, value))
        return functional.scaled_dot_product_attention(*wide, allowed, drop, is_causal=causal)
