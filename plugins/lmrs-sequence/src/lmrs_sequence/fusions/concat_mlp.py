"""Inputs concatenated and projected."""

from __future__ import annotations

import torch
from torch import nn

from lmrs_plugins import Encoding, Env
from lmrs_sequence.encoders.activation import activation
from lmrs_sequence.fusions.options import ConcatMlp as Options
from lmrs_sequence.fusions.side_by_side import SideBySide, anywhere


class ConcatMlp(nn.Module):
    """W [x_1; x_2; …] + b, each x_i normed, and in its absence a vector learned for that; absent where all are.

    Shapes: inputs (..., d_i) each -> (..., width). Moreira et al., RecSys 2021. With `rows` the norm is over rows.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = options.width
        self.join = SideBySide(env.widths["of"], options.norm, options.rows)
        self.project = nn.Linear(self.join.width, self.width)
        self.activation = nn.Identity() if options.activation == "none" else activation(options.activation)

    def forward(self, of: list[Encoding]) -> Encoding:
        vectors, there = self.activation(self.project(torch.cat(self.join(of), -1))), anywhere(of)
        if there is not None:
            vectors = torch.where(there[..., None], vectors, 0.0)
        return Encoding(vectors=vectors, mask=there)
