"""Components of `vector-tables`."""

from __future__ import annotations

import torch
from _demand_options import FrozenTable as Options
from torch import nn

from lmrs_plugins import Encoding, Env


class FrozenTable(nn.Module):
    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        arrays = env.artifact(options.artifact).arrays
        self.register_buffer("vectors", torch.from_numpy(arrays["vectors"]))
        self.register_buffer("mask", torch.from_numpy(arrays["mask"]))
        self.width = self.vectors.shape[1]

    def forward(self, rows: torch.Tensor | None) -> Encoding:
        return Encoding(vectors=self.vectors, mask=self.mask)[slice(None) if rows is None else rows]
