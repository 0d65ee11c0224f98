"""Dropout whose random numbers cost less on the CPU."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Dropout(nn.Module):
    """As `torch.nn.Dropout`, of the same expectation and from the same generator.

    On the CPU torch draws one number an element, in sequence: a tenth of a small model's step. Here a 64-bit number
    serves four elements, 16 bits each, so the rate is met to 2**-16. Elsewhere it is torch's own.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self._rate = rate
        self._below = round(rate * 2**16)
        self._scale = 2**16 / (2**16 - self._below)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self._below:
            return x
        if x.device.type != "cpu":
            return functional.dropout(x, self._rate)
        words = torch.empty((x.numel() + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
        keep = words.view(torch.int16)[: x.numel()].view(x.shape) >= self._below - 2**15
        return x * (keep * self._scale).to(x.dtype)
