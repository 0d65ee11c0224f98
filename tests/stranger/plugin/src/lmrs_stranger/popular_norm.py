"""Popular items get short vectors, so that they do not win by their length."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from lmrs_plugins import Env, Step


class PopularNorm(nn.Module):
    """Sum of p |v|^2 over the items of a view; p is the log-count of an item's training events, scaled to at most 1."""

    def __init__(self, env: Env) -> None:
        super().__init__()
        counts = np.log1p(np.bincount(env.bundle.items, minlength=env.count("item")))
        self.register_buffer("popularity", torch.from_numpy(counts / max(counts.max(), 1.0)).float(), persistent=False)

    def terms(self, step: Step) -> dict[str, tuple[Tensor, Tensor]]:
        items, rows = step.get("item", "input"), step.view("input")["item"]
        there = torch.ones_like(rows, dtype=torch.bool) if items.mask is None else items.mask
        special = step.view("input").special
        there = there if special is None else there & (special == 0)
        lengths = items.vectors[there].square().sum(-1)
        return {"popular-norm": ((self.popularity[rows[there]] * lengths).sum(), there.sum())}
