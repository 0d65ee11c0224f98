"""The inner product of a history and the rows of a table."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from lmrs.builtin.options import Dot as Options
from lmrs_plugins import Env, Step, last


class Dot(nn.Module):
    """score = last state . vector. A row without a vector (never trained, nothing known) scores -inf.

    Shapes: states (B, L, d), table (n, d) -> (B, n); with candidates (B, K) -> (B, K).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._cosine = options.cosine

    def score(self, step: Step) -> torch.Tensor:
        query = last(step.get("history", "input"))
        item = step.get("item", "candidates" if step.candidates() is not None else "")
        vectors, mask = item.main, item.mask
        if self._cosine:
            query, vectors = functional.normalize(query, dim=-1), functional.normalize(vectors, dim=-1)
        scores = query @ vectors.T if vectors.ndim == 2 else torch.einsum("bd,bkd->bk", query, vectors)
        return scores if mask is None else scores.masked_fill(~mask, float("-inf"))
