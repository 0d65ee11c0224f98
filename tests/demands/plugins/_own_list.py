"""Components of `own-list`."""

from __future__ import annotations

import torch
from _demand_options import Diverse as Options
from torch import nn
from torch.nn import functional

from lmrs_plugins import Answer, Env, Step, last


class Diverse(nn.Module):
    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self._trade = options.trade

    def answer(self, step: Step, top: int, allowed: torch.Tensor | None) -> Answer:
        table = step.get("item").main
        near = last(step.get("history", "input")) @ table.T
        near = near if allowed is None else near.masked_fill(~allowed, -torch.inf)
        alike = functional.normalize(table, dim=1)
        rows, scores, cost = [], [], torch.zeros_like(near)
        for _ in range(min(top, len(table))):
            score, row = (near - self._trade * cost).max(1)
            rows.append(row.masked_fill(score == -torch.inf, -1))
            scores.append(score)
            near = near.scatter(1, row[:, None], -torch.inf)
            cost = cost.maximum(alike[row] @ alike.T)
        reasons = [[f"place {place + 1}" for place in range(len(rows))] for _ in near]
        return Answer(torch.stack(rows, 1), torch.stack(scores, 1), reasons)
