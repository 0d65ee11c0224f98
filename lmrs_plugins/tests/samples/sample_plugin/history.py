"""Nodes over other nodes."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env


class Attention(nn.Module):
    """One head of attention over the positions that are there, with a vector for the mask token: (B, L, d)."""

    def __init__(self, env: Env) -> None:
        super().__init__()
        self.width: int = env.widths["over"]
        self.token = nn.Parameter(torch.randn(self.width))
        self.place = nn.Parameter(torch.randn(50, self.width))
        self.query, self.value = nn.Linear(self.width, self.width), nn.Linear(self.width, self.width)

    def forward(self, over: Encoding, mask: Tensor, special: Tensor | None) -> Encoding:
        vectors = over.main
        if over.mask is not None:
            vectors = vectors * over.mask.unsqueeze(-1)
        if special is not None:
            vectors = torch.where((special > 0).unsqueeze(-1), self.token, vectors)
        vectors = vectors + self.place[: vectors.shape[1]]
        seen = mask[:, None, :] | torch.eye(mask.shape[1], dtype=torch.bool)
        mixed = functional.scaled_dot_product_attention(self.query(vectors), vectors, self.value(vectors), seen)
        return Encoding(states=vectors + mixed, mask=mask)

    def parts(self) -> dict[str, list[str]]:
        return {"embeddings": ["token", "place"], "layer": ["query", "value"]}

    def targets(self) -> dict[str, list[str]]:
        return {"attention": ["query", "value"]}


class Mean(nn.Module):
    """Mean over the inputs that are there."""

    def __init__(self, env: Env) -> None:
        super().__init__()
        self.width: int = env.widths["of"][0]

    def forward(self, of: list[Encoding]) -> Encoding:
        masks = [torch.ones_like(one.main[..., 0]).bool() if one.mask is None else one.mask for one in of]
        there = torch.stack(masks)
        total = (torch.stack([one.main for one in of]) * there.unsqueeze(-1)).sum(0)
        return Encoding(vectors=total / there.sum(0).clamp(min=1).unsqueeze(-1), mask=there.any(0))
