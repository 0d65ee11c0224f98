"""Rows by a column that names one or several of a few things."""

from __future__ import annotations

from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from lmrs_plugins import Bundle, Encoding, Env, View
from lmrs_sequence.encoders.options import Category as Options
from lmrs_sequence.values import known_values, values_of


@dataclass(frozen=True)
class Codes:
    """(rows, most) numbers of each row's values, -1 beyond its last; none at all where the value is missing."""

    codes: npt.NDArray[np.int64]
    options: Options
    known: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many vectors there are."""
        return self.options.buckets or len(self.known)

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        return View(values={"code": self.codes[rows]})

    def on(self, bundle: Bundle) -> Codes:
        return replace(self, codes=_codes(values_of(bundle, self.options.subject, self.options.field), self._number))

    def _number(self, value: str) -> int:
        if self.options.buckets:
            return crc32(value.encode()) % self.options.buckets
        place = int(np.searchsorted(self.known, value)) if self.known else 0
        return place if place < len(self.known) and self.known[place] == value else -1


class Category(nn.Module):
    """The mean of the vectors of a row's values; absent where it has none, or none that was there at training.

    Shapes: code (n, most) -> (n, width).
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = options.width
        self.table = nn.Embedding(env.binding.count, options.width)
        nn.init.normal_(self.table.weight, std=options.std)

    @staticmethod
    def bind(env: Env, options: Options) -> Codes:
        known: tuple[str, ...] = ()
        if not options.buckets:
            lists = values_of(env.bundle, options.subject, options.field)
            known = known_values(lists, f"category: {options.subject}.{options.field} of {env.bundle.name!r}")
        return Codes(np.empty((0, 1), dtype=np.int64), options, known).on(env.bundle)

    def forward(self, code: Tensor) -> Encoding:
        there = code >= 0
        mean = (self.table(code.clamp(min=0)) * there[..., None]).sum(1) / there.sum(1, keepdim=True).clamp(min=1)
        return Encoding(vectors=mean, mask=there.any(1))


def _codes(lists: list[list[str]], number: object) -> npt.NDArray[np.int64]:
    codes = np.full((len(lists), max((len(row) for row in lists), default=1) or 1), -1, dtype=np.int64)
    for row, values in enumerate(lists):
        numbers = [place for place in map(number, values) if place >= 0]  # type: ignore[arg-type]
        codes[row, : len(numbers)] = numbers
    return codes
