"""Which inputs of a fusion are there, and which of them count in training."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lmrs_plugins import Encoding


def presence(of: Sequence[Encoding]) -> Tensor:
    """(inputs, ...) whether each input is there."""
    masks = [torch.ones_like(one.main[..., 0], dtype=torch.bool) if one.mask is None else one.mask for one in of]
    return torch.stack(masks)


def thinned(there: Tensor, rate: float) -> Tensor:
    """(inputs, ...) the same without each input of each row at a chance of `rate`, but never without the last one.

    Where chance would leave out all that a row has, one of them stays, each as likely as the others. Modality dropout:
    ModDrop of Neverova et al., TPAMI 38(8), 2016, 4.3.
    """
    chance = torch.rand(there.shape, device=there.device).masked_fill(~there, -1.0)
    luckiest = torch.zeros_like(there).scatter(0, chance.argmax(0, keepdim=True), True)
    return there & ((chance >= rate) | luckiest)
