"""From states to tokens."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Head(nn.Module):
    """BERT's masked language-model head: projection, gelu and norm, then the table of tokens and a bias for each.

    Shapes: (..., d), table (tokens, d) -> (..., tokens). Devlin et al., NAACL 2019, 3.1, as their code has it.
    """

    def __init__(self, width: int, tokens: int) -> None:
        super().__init__()
        self.project, self.norm = nn.Linear(width, width), nn.LayerNorm(width)
        self.bias = nn.Parameter(torch.zeros(tokens))

    def forward(self, states: Tensor, table: Tensor) -> Tensor:
        found: Tensor = functional.linear(self.norm(functional.gelu(self.project(states))), table, self.bias)
        return found


class Table(nn.Module):
    """A decoder's: the table of tokens, or a map of its own (n, d) where the model has one.

    Shapes: (..., d), table (tokens, d) -> (..., tokens).
    """

    def __init__(self, own: nn.Linear | None) -> None:
        super().__init__()
        self.own = own

    def forward(self, states: Tensor, table: Tensor) -> Tensor:
        found: Tensor = functional.linear(states, table) if self.own is None else self.own(states)
        return found
