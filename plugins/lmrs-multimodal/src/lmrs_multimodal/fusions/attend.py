"""Attention that is finite where there is nothing to look at."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from lmrs_plugins import InputError


def attend(query: Tensor, keys: Tensor, values: Tensor, there: Tensor | None, heads: int) -> Tensor:
    """softmax(q k^T / sqrt(d / heads)) v by heads (Vaswani et al., NeurIPS 2017, 3.2).

    Shapes: query (n, Q, d), keys and values (n, K, d), there (n, K) -> (n, Q, d). Where none of the keys is there, what
    comes out means nothing, and is finite.
    """
    mask = None
    if there is not None:
        mask = (there | ~there.any(1, keepdim=True))[:, None, None]
    split = [one.unflatten(-1, (heads, -1)).transpose(1, 2) for one in (query, keys, values)]
    found = functional.scaled_dot_product_attention(*split, attn_mask=mask)
    return found.transpose(1, 2).flatten(2)


def thinned(there: Tensor, rate: float) -> Tensor:
    """(..., inputs) the same without each input of each row at a chance of `rate`, but never without the last one.

    Where chance would leave out all that a row has, one of them stays, each as likely as the others. Modality dropout:
    ModDrop of Neverova et al., TPAMI 38(8), 2016, 4.3.
    """
    chance = torch.rand(there.shape, device=there.device).masked_fill(~there, -1.0)
    luckiest = torch.zeros_like(there).scatter(-1, chance.argmax(-1, keepdim=True), True)
    return there & ((chance >= rate) | luckiest)


def divides(name: str, heads: int, width: int) -> None:
    """Raise an `InputError` where the heads do not divide the width."""
    if width % heads:
        raise InputError(f"{name}: heads {heads} do not divide the width {width}; set one of them")
