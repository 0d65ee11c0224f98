"""Cross-entropy over all rows of a table, without keeping their scores."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

CPU_SCORES = 1 << 19
"""Scores at a time on the CPU: 2 MiB stay in its cache."""
GPU_SCORES = 1 << 27


class _FullCrossEntropy(torch.autograd.Function):
    """Loss and gradients in one pass over chunks of queries: scores are made, used and overwritten.

    Keeping (M, n) scores, their log-softmax and both gradients costs four such tensors, and as many trips to memory.
    """

    @staticmethod
    def forward(ctx: Any, queries: Tensor, table: Tensor, target: Tensor, bias: Tensor | None) -> Tensor:
        of_queries, of_table = ctx.needs_input_grad[:2]
        size = max(1, (CPU_SCORES if queries.device.type == "cpu" else GPU_SCORES) // max(len(table), 1))
        exact = torch.promote_types(queries.dtype, torch.float32)
        total = torch.zeros((), dtype=exact, device=queries.device)
        buffer = queries.new_empty(min(size, len(queries)), len(table))
        query_grad = torch.empty_like(queries) if of_queries else None
        table_grad = torch.zeros_like(table, dtype=exact) if of_table else None
        for start in range(0, len(queries), size):
            chunk, wanted = queries[start : start + size], target[start : start + size, None]
            out = buffer[: len(chunk)]
            scores = torch.mm(chunk, table.T, out=out) if bias is None else torch.addmm(bias, chunk, table.T, out=out)
            scores = scores.to(exact)
            above = scores.amax(1) - scores.gather(1, wanted)[:, 0]
            chances = torch.softmax(scores, 1, out=scores if scores.device.type == "cpu" else None)
            total += (above - chances.amax(1).log()).sum()
            chances.scatter_add_(1, wanted, chances.new_full((1, 1), -1.0).expand_as(wanted))
            gradient = chances.to(chunk.dtype)
            if query_grad is not None:
                torch.mm(gradient, table, out=query_grad[start : start + size])
            if table_grad is not None and table_grad.dtype == chunk.dtype:
                table_grad.addmm_(gradient.T, chunk)
            elif table_grad is not None:
                table_grad += gradient.T @ chunk
        ctx.gradients = query_grad, None if table_grad is None else table_grad.to(table.dtype)
        return total

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:  # type: ignore[override]
        scaled = (None if grad is None else grad * upstream.to(grad.dtype) for grad in ctx.gradients)
        return (*scaled, None, None)


def full_cross_entropy(
    queries: Tensor, table: Tensor, target: Tensor, known: Tensor | None = None, smoothing: float = 0.0
) -> Tensor:
    """Sum over M queries of the cross-entropy of their target among the n rows of a table.

    Shapes: queries (M, d), table (n, d), target (M,) rows, known (n,) true where a row takes part. With
    smoothing e, the wanted distribution is 1 - e on the target and e spread evenly over what takes part.
    """
    device = queries.device.type
    if torch.is_autocast_enabled(device):
        queries, table = (tensor.to(torch.get_autocast_dtype(device)) for tensor in (queries, table))
    bias = None
    if known is not None:
        bias = torch.zeros(len(table), dtype=table.dtype, device=table.device).masked_fill_(~known, float("-inf"))
    with torch.autocast(device, enabled=False):
        loss: Tensor = _FullCrossEntropy.apply(queries, table, target, bias)
        if not smoothing:
            return loss
        everything = table.float() if known is None else table.float() * known[:, None]
        mean = everything.sum(0) / (len(table) if known is None else known.sum())
        own = torch.einsum("md,md->", queries.float(), table[target].float())
        return loss + smoothing * (own - queries.float().sum(0) @ mean)
