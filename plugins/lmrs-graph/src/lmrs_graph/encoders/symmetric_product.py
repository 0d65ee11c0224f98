"""A sparse symmetric matrix times a dense one."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class SymmetricProduct(torch.autograd.Function):
    """A x for a symmetric A in compressed rows, whose gradient by x is A again: no transpose is ever made.

    Shapes: offsets (n + 1,), columns and weight (e,), x (n, d) -> (n, d). A gets no gradient.
    """

    @staticmethod
    def forward(ctx: Any, offsets: Tensor, columns: Tensor, weight: Tensor, x: Tensor) -> Tensor:
        ctx.save_for_backward(offsets, columns, weight)
        return product(offsets, columns, weight, x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, None, None, Tensor]:
        return None, None, None, product(*ctx.saved_tensors, gradient)


def product(offsets: Tensor, columns: Tensor, weight: Tensor, x: Tensor) -> Tensor:
    """A x for any A in compressed rows: offsets (n + 1,), columns and weight (e,), x (m, d) -> (n, d)."""
    with warnings.catch_warnings(), torch.autocast(x.device.type, enabled=False):
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        matrix = torch.sparse_csr_tensor(offsets, columns, weight, (len(offsets) - 1, len(x)), check_invariants=False)
        return (matrix @ x.to(weight.dtype)).to(x.dtype)
