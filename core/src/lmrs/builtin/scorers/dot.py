"""The inner product of a history and the rows of a table."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from lmrs.builtin.options import Dot as Options
from lmrs_plugins import Env, Step, last


class Dot(nn.Module):
    """score = last state, or the one vector, of the history . vector of the row.

    A row without a vector (never trained, nothing known) scores -inf, and so does every row for somebody without one.
    With `lift`, items that no training event names score that much more.

    Shapes: states (B, L, d), table (n, d) -> (B, n); with candidates (B, K) -> (B, K).
    """

    lift: torch.Tensor | None

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._cosine = options.cosine
        unmet = torch.from_numpy(~env.seen("item")) if options.lift else None
        self.register_buffer("lift", None if unmet is None else options.lift * unmet.float(), persistent=False)

    def score(self, step: Step) -> torch.Tensor:
        history = step.get("history", "input")
        query = history.main if history.main.ndim == 2 else last(history)
        candidates = step.candidates()
        item = step.get("item", "" if candidates is None else "candidates")
        vectors, mask = item.main, item.mask
        if self._cosine:
            query, vectors = functional.normalize(query, dim=-1), functional.normalize(vectors, dim=-1)
        scores = query @ vectors.T if vectors.ndim == 2 else torch.einsum("bd,bkd->bk", query, vectors)
        if self.lift is not None:
            scores = scores + (self.lift if candidates is None else self.lift[candidates.clamp(min=0)])
        scores = scores if mask is None else scores.masked_fill(~mask, float("-inf"))
        if history.main.ndim == 2 and history.mask is not None:
            scores = scores.masked_fill(~history.mask[:, None], float("-inf"))
        return scores
