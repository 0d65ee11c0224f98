"""Components of `pairs`."""

from __future__ import annotations

import numpy as np
import torch
from _demand_options import Edges as EdgesOptions
from _demand_options import Pairs as PairsOptions
from _demand_options import Width
from torch import nn
from torch.nn import functional

from lmrs_plugins import Encoding, Env, ExampleRandom, Examples, Step, View


class Edges:
    def __init__(self, env: Env, options: EdgesOptions) -> None:
        self._batch, self._users, self._items = options.batch, env.bundle.users, env.bundle.items

    def epoch(self, epoch: int, seed: int) -> list[np.ndarray]:
        keys = np.random.default_rng([seed % 2**63, epoch]).permutation(len(self._users))
        return [keys[start : start + self._batch] for start in range(0, len(keys), self._batch)]

    def examples(self, keys: np.ndarray) -> Examples:
        return Examples(keys, {"user": self._users[keys], "target": self._items[keys]})


class Pairs:
    def __init__(self, env: Env, options: PairsOptions) -> None:
        self._negatives, self._items = options.negatives, env.count("item")

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        if rng is None:
            return {}
        others = rng.integers(self._items, self._negatives)
        items = np.concatenate([examples.array("target")[:, None], others], axis=1)
        label = np.zeros(items.shape, dtype=np.float32)
        label[:, 0] = 1
        rows = examples.array("user")[:, None] * self._items + items
        return {"pairs": View({"pair": rows}, {"pair": "user*item"}, {"label": label})}


class UserId(nn.Module):
    def __init__(self, env: Env, options: Width) -> None:
        super().__init__()
        self.width = options.width
        self.table = nn.Parameter(torch.randn(env.count("user"), options.width) * 0.1)

    def forward(self, rows: torch.Tensor | None) -> Encoding:
        return Encoding(vectors=self.table if rows is None else self.table[rows])


class Sides:
    """What a pair is made of: a row of each."""

    def __init__(self, items: int) -> None:
        self._items = items

    def rows(self, rows: np.ndarray, rng: np.random.Generator | None = None) -> View:
        user, item = np.divmod(rows, self._items)
        return View.of(user=user, item=item)


class PairHead(nn.Module):
    width = 1

    def __init__(self, env: Env, options: Width) -> None:
        super().__init__()
        self.inner = nn.Linear(env.widths["user"] + env.widths["item"], options.width)
        self.outer = nn.Linear(options.width, 1)

    @staticmethod
    def bind(env: Env, options: Width) -> Sides:
        return Sides(env.count("item"))

    def forward(self, user: Encoding, item: Encoding) -> Encoding:
        both = torch.cat([user.main, item.main], dim=-1)
        return Encoding(vectors=self.outer(functional.relu(self.inner(both))))


class PairBce(nn.Module):
    def __init__(self, env: Env) -> None:
        super().__init__()

    def terms(self, step: Step) -> dict[str, tuple[torch.Tensor, int]]:
        score, label = step.get("pair", "pairs").main[..., 0], step.view("pairs")["label"]
        return {"bce": (functional.binary_cross_entropy_with_logits(score, label, reduction="sum"), label.numel())}


class PairScore(nn.Module):
    def __init__(self, env: Env) -> None:
        super().__init__()

    def score(self, step: Step) -> torch.Tensor:
        return step.get("pair", "candidates").main[..., 0]
