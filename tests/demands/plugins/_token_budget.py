"""Components of `token-budget`."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import torch
from _demand_options import Budget as BudgetOptions
from _demand_options import Cache as CacheOptions
from _demand_options import Width
from torch import nn

from lmrs_plugins import Encoding, Env, Examples, Ragged, Step, View


class Titles:
    """Words as numbers of buckets, right-padded; a row costs its words."""

    def __init__(self, titles: list[str | None]) -> None:
        self._words = Ragged.of([crc32(word.encode()) % 64 for word in (title or "").split()] for title in titles)

    def rows(self, rows: np.ndarray, rng: np.random.Generator | None = None) -> View:
        words, mask = self._words.take(rows).padded(6)
        return View(values={"words": words}, mask=mask)

    def cost(self, rows: np.ndarray) -> np.ndarray:
        return self._words.lengths[rows]


class Words(nn.Module):
    def __init__(self, env: Env, options: Width) -> None:
        super().__init__()
        self.width = options.width
        self.table = nn.Embedding(64, options.width)

    @staticmethod
    def bind(env: Env, options: Width) -> Titles:
        return Titles(env.bundle.texts("item", "title"))

    def forward(self, words: torch.Tensor, mask: torch.Tensor) -> Encoding:
        return Encoding(vectors=(self.table(words) * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1))


class Cache(nn.Module):
    """An entry of at most `age` steps is taken as a constant; others are computed, and written back."""

    def __init__(self, env: Env, options: CacheOptions) -> None:
        super().__init__()
        self.width, self._age = env.widths["of"], options.age
        self.register_buffer("vectors", torch.zeros(env.count("item"), self.width))
        self.register_buffer("made", torch.full((env.count("item"),), -(10**9)))

    def forward(self, of, item: torch.Tensor, step: Step) -> Encoding:
        if not self.training:
            return of()
        age = step.index - self.made[item]
        old = (age > self._age) | (age < 0)  # an earlier stage counted its own steps
        fresh = of(old)
        self.vectors[item[old]] = fresh.main.detach()
        self.made[item[old]] = step.index
        return Encoding(vectors=self.vectors[item].masked_scatter(old[:, None], fresh.main))


class Budget:
    def __init__(self, env: Env, options: BudgetOptions) -> None:
        self._histories, self._items, self._most = env.bundle.histories, env.bundle.items, options.most
        words = env.binding[options.node].cost(np.arange(env.count("item")))
        self.cost = np.add.reduceat(words[self._items], self._histories.offsets[:-1])

    def epoch(self, epoch: int, seed: int) -> list[np.ndarray]:
        batches: list[list[int]] = [[]]
        for user in np.random.default_rng([seed % 2**63, epoch]).permutation(len(self.cost)):
            if batches[-1] and self.cost[[*batches[-1], user]].sum() > self._most:
                batches.append([])
            batches[-1].append(user)
        return [np.array(batch) for batch in batches]

    def examples(self, keys: np.ndarray) -> Examples:
        events = self._histories.take(keys)
        items = Ragged(self._items[events.values], events.offsets)
        return Examples(keys, {"user": keys, "item": items, "event": events})
