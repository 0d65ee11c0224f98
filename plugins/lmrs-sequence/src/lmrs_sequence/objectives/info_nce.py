"""The one key that belongs to a query, among all keys."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def info_nce(query: Tensor, keys: Tensor, own: Tensor, absent: Tensor, temperature: float) -> Tensor:
    """Sum over M queries of -log exp(q . k_own / t) / sum_k exp(q . k / t), vectors compared by their directions.

    Shapes: query (M, d), keys (K, d), own (M,) place of each query's key, absent (M, K) true where a key is no negative
    of a query; a query's own key always takes part. van den Oord et al., 2018, eq. 4.
    """
    scores = functional.normalize(query, dim=-1) @ functional.normalize(keys, dim=-1).T / temperature
    absent = absent.scatter(1, own[:, None], False)
    return functional.cross_entropy(scores.float().masked_fill(absent, float("-inf")), own, reduction="sum")


def alike(rows: Tensor) -> Tensor:
    """(M, M) true where two rows are the same."""
    return rows[:, None] == rows[None, :]


def counted(number: int, device: torch.device) -> Tensor:
    """0, 1, …"""
    return torch.arange(number, device=device)
