"""Encoders of items."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lmrs_plugins import Bundle, Encoding, Env, View
from sample_plugin import options


class ItemId(nn.Module):
    """A table with one parameter a block; rows that were never trained are masked."""

    def __init__(self, env: Env, options: options.Width) -> None:
        super().__init__()
        self.width = options.width
        self.blocks = nn.ParameterList(torch.randn(size, self.width) for size in env.blocks("item"))
        self.register_buffer("seen", torch.from_numpy(env.seen("item")), persistent=False)

    def forward(self, rows: Tensor | None) -> Encoding:
        table = torch.cat(list(self.blocks))
        return Encoding(vectors=table, mask=self.seen) if rows is None else Encoding(table[rows], mask=self.seen[rows])


class Words:
    """Numbers of each title's words."""

    def __init__(self, texts: list[str | None], field: str = "title", known: dict[str, int] | None = None) -> None:
        words = [(text or "").split() for text in texts]
        self.known = known or {
            word: place for place, word in enumerate(sorted({one for each in words for one in each}))
        }
        self.table = np.full((len(words), max(map(len, words))), -1, dtype=np.int64)
        for row, found in enumerate(words):
            numbers = [self.known[word] for word in found if word in self.known]
            self.table[row, : len(numbers)] = numbers
        self.size, self.field = len(self.known), field

    def on(self, bundle: Bundle) -> Words:
        return Words(bundle.texts("item", self.field), self.field, self.known)

    def keys(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bytes_]:
        found = [blake2b(one.tobytes(), digest_size=16).digest() if one[0] >= 0 else b"" for one in self.table[rows]]
        return np.array(found, dtype="S16")

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        return View(values={"words": self.table[rows]})

    def cost(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return (self.table[rows] >= 0).sum(1)


class Title(nn.Module):
    """Mean of word vectors; an item without a title is masked."""

    def __init__(self, env: Env, options: options.Title) -> None:
        super().__init__()
        self.width = options.width
        self.words = nn.Embedding(env.binding.size, self.width)

    @staticmethod
    def bind(env: Env, options: options.Title) -> Words:
        return Words(env.bundle.texts("item", options.field), options.field)

    def forward(self, words: Tensor) -> Encoding:
        there = (words >= 0).unsqueeze(-1)
        total = (self.words(words.clamp(min=0)) * there).sum(1)
        return Encoding(vectors=total / there.sum(1).clamp(min=1), mask=there.any(1).squeeze(-1))


class Edges:
    """Edges from items to entities."""

    def __init__(self, bundle: Bundle) -> None:
        graph, links = bundle.graphs["knowledge"], bundle.links["item"]
        self.item, edge = np.nonzero(links[:, None] == graph.head)
        self.entity = graph.tail[edge]

    def whole(self) -> View:
        return View(values={"ends": np.stack([self.item, self.entity])})


class Neighbours(nn.Module):
    """Mean of the vectors of an item's neighbours; masked where it has none."""

    def __init__(self, env: Env) -> None:
        super().__init__()
        self.width: int = env.widths["entity"]
        self.change = nn.Linear(self.width, self.width)
        self.count = env.count("item")

    @staticmethod
    def bind(env: Env) -> Edges:
        return Edges(env.bundle)

    def forward(self, entity: Encoding, ends: Tensor) -> Encoding:
        there = torch.ones(len(entity.main)) if entity.mask is None else entity.mask.float()
        vectors = self.change(entity.main) * there.unsqueeze(-1)
        total = torch.zeros(self.count, self.width).index_add(0, ends[0], vectors[ends[1]])
        degree = torch.zeros(self.count).index_add(0, ends[0], there[ends[1]])
        return Encoding(vectors=total / degree.clamp(min=1).unsqueeze(-1), mask=degree > 0)
