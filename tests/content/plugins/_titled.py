"""Components of `titled`."""

from __future__ import annotations

from hashlib import blake2b
from zlib import crc32

import numpy as np
import torch
from _titled_options import Titles as Options
from torch import nn

from lmrs_plugins import Bundle, Encoding, Env, Ragged, View

WORDS = 512


class Texts:
    """Words as numbers of buckets, padded to the longest that is asked for; a row costs its words."""

    def __init__(self, bundle: Bundle, shouted: bool) -> None:
        self._shouted = shouted
        titles = [(title or "").upper() if shouted else title or "" for title in bundle.texts("item", "title")]
        self._words = Ragged.of([crc32(word.encode()) % WORDS for word in title.split()] for title in titles)

    def rows(self, rows: np.ndarray, rng: np.random.Generator | None = None) -> View:
        words = self._words.take(rows)
        padded, mask = words.padded(max(1, int(words.lengths.max(initial=0))))
        return View(values={"words": padded}, mask=mask)

    def on(self, bundle: Bundle) -> Texts:
        return Texts(bundle, self._shouted)

    def cost(self, rows: np.ndarray) -> np.ndarray:
        return self._words.lengths[rows]

    def keys(self, rows: np.ndarray) -> np.ndarray:
        words = self._words.take(rows)
        found = [
            blake2b(words[place].tobytes(), digest_size=16).digest() if len(words[place]) else b""
            for place in range(len(rows))
        ]
        return np.array(found, dtype="S16")


class Titles(nn.Module):
    """(n, words) -> (n, width); `encoded` counts the rows that any of them was asked for without gradients."""

    encoded = 0

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = options.width
        self.table = nn.Embedding(WORDS, options.width)
        with torch.no_grad():  # as pre-trained weights are: the same in every run
            self.table.weight.copy_(torch.randn(WORDS, options.width, generator=torch.Generator().manual_seed(1)))

    @staticmethod
    def bind(env: Env, options: Options) -> Texts:
        return Texts(env.bundle, options.shouted)

    def forward(self, words: torch.Tensor, mask: torch.Tensor) -> Encoding:
        if not torch.is_grad_enabled():
            type(self).encoded += len(words)
        total = (self.table(words) * mask[..., None]).sum(1)
        return Encoding(vectors=total / mask.sum(1, keepdim=True).clamp(min=1), mask=mask.any(1))


class Bare:
    """No costs, no keys, no other data."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def rows(self, rows: np.ndarray, rng: np.random.Generator | None = None) -> View:
        return self._texts.rows(rows)


class Unkept(Titles):
    @staticmethod
    def bind(env: Env, options: Options) -> Bare:
        return Bare(Texts(env.bundle, options.shouted))
