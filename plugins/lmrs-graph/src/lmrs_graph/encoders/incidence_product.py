"""Sums over the entries of a sparse table of ones."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lmrs_graph.encoders.symmetric_product import product

Rows = tuple[Tensor, Tensor]
"""Where the entries of each row begin, (n + 1,), and their columns, (e,)."""


class IncidenceProduct:
    """B x for a matrix B of zeros and ones, known by its rows and by those of its transpose.

    Shapes: x (columns, d) -> (rows, d); `lengths` (rows,) is how many ones each row has.
    """

    def __init__(self, rows: Rows, turned: Rows, dtype: torch.dtype = torch.float32) -> None:
        self._rows, self._turned = rows, turned
        self._ones = torch.ones(len(rows[1]), dtype=dtype, device=rows[1].device)
        self.lengths = rows[0].diff().to(dtype)

    def __call__(self, x: Tensor) -> Tensor:
        found: Tensor = _Sum.apply(*self._rows, *self._turned, self._ones, x)
        return found

    def turned(self) -> IncidenceProduct:
        """The same of the transpose."""
        return IncidenceProduct(self._turned, self._rows, self._ones.dtype)


class _Sum(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, offsets: Tensor, columns: Tensor, back_offsets: Tensor, back_columns: Tensor, ones: Tensor, x: Tensor
    ) -> Tensor:
        ctx.save_for_backward(back_offsets, back_columns, ones)
        return product(offsets, columns, ones, x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, None, None, None, None, Tensor]:
        return None, None, None, None, None, product(*ctx.saved_tensors, gradient)
