"""Components of `shared-pass`."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from lmrs_plugins import Env, Step


class MaskedPopularity(nn.Module):
    def __init__(self, env: Env) -> None:
        super().__init__()
        counts = np.log1p(np.bincount(env.bundle.items, minlength=env.count("item")))
        self.register_buffer("counts", torch.from_numpy(counts).float())
        self.head = nn.Linear(env.widths["history"], 1)

    def terms(self, step: Step) -> dict[str, tuple[torch.Tensor, int]]:
        target = step.view("target")
        states = step.get("history", "input").states.flatten(0, 1)[target["at"]]
        off = self.head(states)[:, 0] - self.counts[target["item"]]
        return {"square": (off.square().sum(), len(off))}
