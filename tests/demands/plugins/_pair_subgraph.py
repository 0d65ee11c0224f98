"""Components of `pair-subgraph`."""

from __future__ import annotations

import numpy as np
import torch
from _demand_options import Width
from torch import nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env, Ragged, View


class Subgraphs:
    """For a pair: the user's other items, and the items of others who took the target; its own edge is in neither."""

    def __init__(self, users: np.ndarray, items: np.ndarray, count: int, size: int = 64) -> None:
        self._users, self._items, self._count, self._size = users, items, count, size

    def rows(self, rows: np.ndarray, rng: np.random.Generator | None = None) -> View:
        built = [self._around(*divmod(int(row), self._count)) for row in rows]
        node, mask = Ragged.of(one[0] for one in built).padded(self._size)
        side = Ragged.of(one[1] for one in built).padded(self._size)[0]
        return View(
            {"node": node, "target": rows % self._count}, {"node": "item", "target": "item"}, {"side": side}, mask
        )

    def _around(self, user: int, item: int) -> tuple[np.ndarray, np.ndarray]:
        edge = (self._users == user) & (self._items == item)
        own = np.unique(self._items[(self._users == user) & ~edge])
        friends = np.unique(self._users[(self._items == item) & ~edge])
        far = np.unique(self._items[np.isin(self._users, friends) & (self._items != item)])
        return np.concatenate([own, far]), np.repeat([0, 1], [len(own), len(far)])


class Neighbourhood(nn.Module):
    width = 1

    def __init__(self, env: Env, options: Width) -> None:
        super().__init__()
        self.side = nn.Embedding(2, env.widths["node"])
        self.head = nn.Sequential(
            nn.Linear(2 * env.widths["node"], options.width), nn.ReLU(), nn.Linear(options.width, 1)
        )

    @staticmethod
    def bind(env: Env, options: Width) -> Subgraphs:
        return Subgraphs(env.bundle.users, env.bundle.items, env.count("item"))

    def forward(self, node: Encoding, target: Encoding, side: torch.Tensor) -> Encoding:
        there = node.mask[..., None]
        around = ((node.main + self.side(side)) * there).sum(1) / there.sum(1).clamp(min=1)
        return Encoding(vectors=self.head(torch.cat([functional.relu(around), target.main], dim=-1)))
