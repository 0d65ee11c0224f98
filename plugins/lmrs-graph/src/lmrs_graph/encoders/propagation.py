"""How far vectors go along the edges of a symmetric matrix."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class Propagation(torch.autograd.Function):
    """P x of P = (1 + A + … + A^layers) / (layers + 1), for a symmetric A in compressed rows.

    P is symmetric as well, so that its gradient by x is P again: no transpose is ever made, and nothing is kept of the
    way. It is computed as Horner does, x + A (x + A (…)), in one product a layer and in memory that is kept from step
    to step. Rows of x that are `absent` count as zero.

    Shapes: offsets (n + 1,), columns and weight (e,), users (u, d), items (i, d), absent (a,) rows among the n = u + i
    -> (u, d), (i, d). A gets no gradient.
    """

    @staticmethod
    def forward(
        ctx: Any,
        offsets: Tensor,
        columns: Tensor,
        weight: Tensor,
        users: Tensor,
        items: Tensor,
        absent: Tensor,
        layers: int,
        scratch: Scratch,
    ) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(offsets, columns, weight, absent)
        ctx.layers, ctx.scratch = layers, scratch
        x = scratch.joined(users, items).index_fill_(0, absent, 0)
        whole = _propagated(offsets, columns, weight, x, layers, scratch)
        return whole[: len(users)], whole[len(users) :]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, users: Tensor, items: Tensor) -> tuple[Tensor | None, ...]:
        *matrix, absent = ctx.saved_tensors
        whole = _propagated(*matrix, ctx.scratch.joined(users, items), ctx.layers, ctx.scratch)
        whole.index_fill_(0, absent, 0)
        return None, None, None, whole[: len(users)], whole[len(users) :], None, None, None


class Scratch:
    """Memory for what lives no longer than a pass: to get it anew from the system takes longer than a product."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], Tensor] = {}

    def joined(self, users: Tensor, items: Tensor) -> Tensor:
        """Both, one after the other."""
        return torch.cat([users, items], out=self.get(0, (len(users) + len(items), users.shape[1]), users))

    def get(self, number: int, size: tuple[int, ...], like: Tensor) -> Tensor:
        """The tensor of a number, with any contents; the same one for as long as it is asked for alike."""
        key = (size, like.dtype, like.device)
        if (number, *key) not in self._kept:
            self._kept = {other: kept for other, kept in self._kept.items() if other[1:] == key}
            self._kept[number, *key] = torch.empty(size, dtype=like.dtype, device=like.device)
        return self._kept[number, *key]


def _propagated(offsets: Tensor, columns: Tensor, weight: Tensor, x: Tensor, layers: int, scratch: Scratch) -> Tensor:
    """P x, in memory of its own."""
    if not layers:
        return x.clone()
    with warnings.catch_warnings(), torch.autocast(x.device.type, enabled=False):
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        matrix = torch.sparse_csr_tensor(offsets, columns, weight, (len(x), len(x)), check_invariants=False)
        start = x.to(weight.dtype)
        found = start
        for layer in range(layers - 1):
            found = torch.addmm(start, matrix, found, out=scratch.get(1 + layer % 2, tuple(x.shape), start))
        share = 1 / (layers + 1)
        return torch.addmm(start, matrix, found, beta=share, alpha=share).to(x.dtype)
