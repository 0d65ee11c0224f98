"""Rows by a column of numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import torch
from torch import Tensor, nn

from lmrs_plugins import Bundle, Encoding, Env, InputError, View
from lmrs_sequence.encoders.options import Number as Options


@dataclass(frozen=True)
class Numbers:
    """(rows,) values, NaN where there is none; mean and deviation of those that training knew."""

    values: npt.NDArray[np.float32]
    options: Options
    mean: float = 0.0
    deviation: float = 1.0

    def rows(self, rows: npt.NDArray[np.int64], rng: np.random.Generator | None = None) -> View:
        known = np.isfinite(self.values[rows])
        scaled = (np.where(known, self.values[rows], self.mean) - self.mean) / self.deviation
        return View(values={"value": scaled.astype(np.float32), "known": known})

    def on(self, bundle: Bundle) -> Numbers:
        return replace(self, values=_values(bundle, self.options))


class Number(nn.Module):
    """Soft one-hot encoding: softmax(w x + b) E, with x the value less its mean over its deviation.

    Shapes: value and known (n,) -> (n, width); E is (vectors, width). Absent where there is no number. Moreira et al.,
    RecSys 2021.
    """

    def __init__(self, env: Env, options: Options) -> None:
        super().__init__()
        self.width = options.width
        self.choose = nn.Linear(1, options.vectors)
        self.table = nn.Parameter(torch.empty(options.vectors, options.width))
        nn.init.normal_(self.table, std=options.std)

    @staticmethod
    def bind(env: Env, options: Options) -> Numbers:
        values = _values(env.bundle, options)
        known = values[np.isfinite(values)].astype(np.float64)
        if not len(known):
            raise InputError(f"number: {options.subject}.{options.field} of {env.bundle.name!r} holds no number at all")
        return Numbers(values, options, float(known.mean()), float(known.std()) or 1.0)

    def forward(self, value: Tensor, known: Tensor) -> Encoding:
        return Encoding(vectors=self.choose(value[:, None]).softmax(-1) @ self.table, mask=known)


def _values(bundle: Bundle, options: Options) -> npt.NDArray[np.float32]:
    """Numbers, and texts that are numbers."""
    column = bundle.values(options.subject, options.field)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        plain = pc.match_substring_regex(column, r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$")
        column = pc.if_else(plain, pc.utf8_trim_whitespace(column), None).cast(pa.float64())
    elif not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise InputError(f"number: {options.subject}.{options.field} is {column.type}, not numbers; use category")
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float32)
