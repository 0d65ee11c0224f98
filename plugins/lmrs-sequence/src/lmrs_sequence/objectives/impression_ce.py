"""What was clicked, among candidates of the same impression that were not."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Env, Step, last
from lmrs_sequence.objectives.options import ImpressionCe as Options


class ImpressionCe(nn.Module):
    """Cross-entropy of the first candidate of each list, scored by the inner product with a history's vector.

    Shapes: states (B, L, d), of which the last counts, or vectors (B, d); candidates (B, 1 + K, d). Huang et al., CIKM
    2013, eq. 5, with the other candidates of the impression as Wu et al., ACL 2020, have them. A history or a clicked
    item without a vector adds nothing to the sum and counts all the same.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._temperature, self._cosine = options.temperature, options.cosine

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        history, item = step.get("history", "input"), step.get("item", "shown")
        query = history.main if history.main.ndim == 2 else last(history)
        vectors = item.main
        if self._cosine:
            query, vectors = functional.normalize(query, dim=-1), functional.normalize(vectors, dim=-1)
        scores = torch.einsum("bd,bkd->bk", query, vectors).float() / self._temperature
        there = step.view("shown")["mask"]
        there = there if item.mask is None else there & item.mask
        live = there[:, 0]
        if history.mask is not None:
            live = live & (history.mask if history.main.ndim == 2 else history.mask.any(1))
        scores = scores.masked_fill(~there, float("-inf"))[live]
        each = scores.logsumexp(1) - scores[:, 0]
        return {"loss": (each.sum(), self._count(step))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": self._count(step)}

    def _count(self, step: Step) -> int:
        return int(step.view("shown")["mask"][:, 0].sum())
