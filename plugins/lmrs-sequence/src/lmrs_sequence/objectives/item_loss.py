"""Predicting items at positions of a history: what masked and next items have in common."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env, Step
from lmrs_sequence.objectives.cross_entropy import full_cross_entropy
from lmrs_sequence.objectives.options import ItemLoss as Options


class ItemLoss(nn.Module):
    """The state at each target's position against the vectors of items, as inner products.

    Shapes: states (B, L, d), `at` (M,) into B * L, table (n, d), negatives (M, N, d), shared (K, d). The draw says
    which positions are asked for, so one class serves masked and next items. A target without a vector adds nothing to
    the sum and counts all the same. `ce`: eq. 8 of Sun et al., CIKM 2019; `bce`: eq. 6 of Kang and McAuley, ICDM 2018,
    summed over negatives; `bpr`: Rendle et al., UAI 2009, its mean over negatives; `sampled`: Bengio and Senécal, 2008.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._options = options
        seen = torch.from_numpy(env.seen("item")) if options.among == "seen" else None
        self.register_buffer("seen", seen, persistent=False)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, int]]:
        view = step.view("target")
        at, target = view["at"], view["item"]
        # The history first: its rows of the table are then looked up before the table is at hand whole.
        states = step.get("history", "input").states.flatten(0, 1).index_select(0, at)
        states = self._compared(states)
        queries = states if self._options.temperature == 1.0 else states / self._options.temperature
        loss = self._all(step, queries, target) if self._options.loss == "ce" else self._drawn(step, queries, target)
        return {"loss": (loss, len(target))}

    def counts(self, step: Step) -> dict[str, int]:
        return {"loss": len(step.view("target")["item"])}

    def _all(self, step: Step, queries: Tensor, target: Tensor) -> Tensor:
        table = step.get("item")
        there = [mask for mask in (table.mask, self.seen) if mask is not None]
        known = torch.stack(there).all(0) if there else None
        if known is not None:
            live = known[target]
            if not bool(live.all()):
                queries, target = queries[live], target[live]
        vectors = self._compared(table.main)
        return full_cross_entropy(queries, vectors, target, known, self._options.label_smoothing)

    def _compared(self, vectors: Tensor) -> Tensor:
        return functional.normalize(vectors, dim=-1) if self._options.cosine else vectors

    def _drawn(self, step: Step, queries: Tensor, target: Tensor) -> Tensor:
        right: Encoding = step.get("item", "target")
        score = (queries * self._compared(right.main)).sum(-1)
        if self._options.loss == "sampled":
            each = self._sampled(step, queries, score, target)
        else:
            wrong: Encoding = step.get("item", "negative")
            others = torch.einsum("md,mnd->mn", queries, self._compared(wrong.main))
            there = torch.ones_like(others) if wrong.mask is None else wrong.mask.to(others.dtype)
            if self._options.loss == "bce":
                each = functional.softplus(-score) + (functional.softplus(others) * there).sum(1)
            else:
                each = (functional.softplus(others - score[:, None]) * there).sum(1) / there.sum(1).clamp(min=1)
        return (each if right.mask is None else each.masked_fill(~right.mask, 0.0)).sum()

    def _sampled(self, step: Step, queries: Tensor, score: Tensor, target: Tensor) -> Tensor:
        view, shared = step.view("shared"), step.get("item", "shared")
        others = queries @ self._compared(shared.main).T - view["logq"]
        absent = view["item"] == target[:, None]
        if shared.mask is not None:
            absent = absent | ~shared.mask
        score = score - view["target_logq"]
        among = torch.cat([score[:, None], others.masked_fill(absent, float("-inf"))], 1)
        return among.logsumexp(1) - score
