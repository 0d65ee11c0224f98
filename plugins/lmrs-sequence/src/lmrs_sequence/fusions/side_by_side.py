"""Inputs made ready to stand beside each other, each with something to stand for it where it is absent."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lmrs_plugins import Encoding
from lmrs_sequence.fusions.over_rows import OverRows


class SideBySide(nn.Module):
    """Each input normalised, with a vector learned for its absence in its place where it is masked.

    Shapes: inputs (..., d_i) each -> a list of the same; `width` is the sum of the d_i.
    """

    def __init__(self, widths: Sequence[int], norm: bool, rows: bool = False) -> None:
        super().__init__()
        self.width, self._rows = sum(widths), norm and rows
        kind = (OverRows if rows else nn.LayerNorm) if norm else nn.Identity
        self.norms = nn.ModuleList(kind(width) for width in widths)
        self.absent = nn.Parameter(torch.zeros(self.width))
        self._widths = list(widths)

    def forward(self, of: Sequence[Encoding]) -> list[Tensor]:
        parts = []
        for one, norm, absent in zip(of, self.norms, self.absent.split(self._widths), strict=True):
            vectors = norm(one.main, one.mask) if self._rows else norm(one.main)
            parts.append(vectors if one.mask is None else torch.where(one.mask[..., None], vectors, absent))
        return parts


def anywhere(of: Sequence[Encoding]) -> Tensor | None:
    """(...) true where at least one input is there; None for everywhere."""
    masks = [one.mask for one in of if one.mask is not None]
    return torch.stack(masks).any(0) if len(masks) == len(of) else None
