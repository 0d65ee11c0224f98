"""Rows that have a picture."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from lmrs_multimodal.samplers.options import Pictured as Options
from lmrs_plugins import Env, Examples


class Pictured:
    """All rows of a subject that have a picture, each once an epoch, in a new order. A key is a row.

    Rows without any event are among them: a picture and a text say the same of them as of others.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._subject, self._batch = options.subject, options.batch
        env.bundle.require(f"image.{options.subject}")
        sizes = pc.fill_null(pc.binary_length(env.bundle.images[options.subject]), 0)
        self._rows = np.flatnonzero(sizes.to_numpy(zero_copy_only=False))

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        bits = np.random.Philox(np.random.SeedSequence([seed & 0xFFFFFFFFFFFFFFFF, epoch]))
        rows = np.random.Generator(bits).permutation(self._rows)
        return [rows[start : start + self._batch] for start in range(0, len(rows), self._batch)]

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        return Examples(keys, {self._subject: keys})
