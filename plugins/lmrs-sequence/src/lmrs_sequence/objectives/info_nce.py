"""The one key that belongs to a query, among all keys."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def info_nce(
    query: Tensor,
    keys: Tensor,
    own: Tensor,
    temperature: float,
    absent: Tensor | None = None,
    times: Tensor | None = None,
) -> Tensor:
    """Sum over M queries of -log exp(q . k_own / t) / sum_k n_k exp(q . k / t), vectors compared by their directions.

    Shapes: query (M, d), keys (K, d), own (M,) place of each query's key, absent (M, K) true where a key is no negative
    of a query, times (K,) the n_k, one if not given; a query's own key always takes part, once. van den Oord et al.,
    2018, eq. 4.
    """
    scores = functional.normalize(query, dim=-1) @ functional.normalize(keys, dim=-1).T / temperature
    scores = scores.float()
    if absent is not None:
        scores = scores.masked_fill(absent.scatter(1, own[:, None], False), float("-inf"))
    if times is not None:
        often = times.log()
        scores = (scores + often).scatter_add(1, own[:, None], -often[own, None])
    return functional.cross_entropy(scores, own, reduction="sum")


def alike(rows: Tensor) -> Tensor:
    """(M, M) true where two rows are the same."""
    return rows[:, None] == rows[None, :]
