"""Components of `handed-over`."""

from __future__ import annotations

import torch
from _demand_options import FrozenTable as Options
from torch import nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env


class ThereAndBack(nn.Module):
    def __init__(self, env: Env) -> None:
        super().__init__()
        self.width = env.widths["of"]
        self.there = nn.Linear(self.width, self.width)
        self.back = nn.Linear(self.width, self.width, bias=False)
        self.back.weight = self.there.weight

    def forward(self, of: Encoding) -> Encoding:
        return Encoding(vectors=of.main + self.back(functional.relu(self.there(of.main))), mask=of.mask)


class KnownUsers(nn.Module):
    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.register_buffer("vectors", torch.from_numpy(env.artifact(options.artifact).arrays["vectors"]))
        self.width = self.vectors.shape[1]

    def forward(self, rows: torch.Tensor | None) -> Encoding:
        return Encoding(vectors=self.vectors if rows is None else self.vectors[rows])
