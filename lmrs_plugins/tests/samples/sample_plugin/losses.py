"""An objective and two scorers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Answer, Encoding, Env, Step, last


def logits_of(states: Tensor, table: Encoding, bias: Tensor | float = 0.0) -> Tensor:
    logits = states @ table.main.T + bias
    return logits if table.mask is None else logits.masked_fill(~table.mask, float("-inf"))


class NextItem(nn.Module):
    """Cross-entropy at every position whose target is there, with a learnt temperature."""

    def __init__(self, env: Env) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        history, target, view = step.get("history", "input"), step.get("item", "target"), step.view("target")
        there = history.mask & target.mask  # an absent target counts, and loses nothing
        logits = logits_of(history.main[there] * self.scale, step.get("item"))
        losses = functional.cross_entropy(logits, view["item"][there], reduction="none")
        return {"ce": ((losses * view["weight"][there]).sum(), view.mask.sum())}

    def counts(self, step: Step) -> dict[str, int]:
        return {"ce": int(step.view("target").mask.sum())}


class Dot(nn.Module):
    """Last state by item."""

    def __init__(self, env: Env) -> None:
        super().__init__()

    def score(self, step: Step) -> Tensor:
        query = last(step.get("history", "input"))
        if step.candidates() is None:
            return logits_of(query, step.get("item"))
        items = step.get("item", "candidates")
        return torch.einsum("bd,bkd->bk", query, items.main).masked_fill(~items.mask, float("-inf"))


class Best(nn.Module):
    """The best of all items."""

    def __init__(self, env: Env) -> None:
        super().__init__()

    def answer(self, step: Step, top: int, allowed: Tensor | None) -> Answer:
        scores = logits_of(last(step.get("history", "input")), step.get("item"))
        if allowed is not None:
            scores = scores.masked_fill(~allowed, float("-inf"))
        best = scores.topk(top)
        return Answer(best.indices.where(best.values.isfinite(), torch.tensor(-1)), best.values)
