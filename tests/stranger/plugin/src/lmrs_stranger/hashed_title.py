"""Items as the words of their titles."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from lmrs_plugins import Encoding, Env, View
from lmrs_stranger.options import HashedTitle as Options


class Words:
    """Buckets of each title's words, (items, longest title); 0 where there is no word."""

    def __init__(self, titles: list[str | None], buckets: int) -> None:
        words = [(title or "").lower().split() for title in titles]
        self.table = np.zeros((len(words), max(map(len, words), default=0) or 1), dtype=np.int64)
        for row, found in enumerate(words):
            self.table[row, : len(found)] = [1 + crc32(word.encode()) % (buckets - 1) for word in found]

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        return View(values={"words": self.table[rows]})


class HashedTitle(nn.Module):
    """Mean of word vectors: (n, words) -> (n, d). An item without a title is masked."""

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = options.width
        self.bag = nn.EmbeddingBag(options.buckets, options.width, mode="mean", padding_idx=0)
        nn.init.normal_(self.bag.weight, std=0.02)

    @staticmethod
    def bind(env: Env, options: Options) -> Words:
        return Words(env.bundle.texts("item", "title"), options.buckets)

    def forward(self, words: Tensor) -> Encoding:
        return Encoding(vectors=self.bag(words), mask=(words > 0).any(-1))
