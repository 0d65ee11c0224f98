"""All rows of a subject, each once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, Examples
from lmrs_text.samplers.options import Rows as Options


class Rows:
    """Rows of a subject in a new order each epoch, those without any event too. A key is a row."""

    def __init__(self, env: Env, options: Options) -> None:
        self._subject, self._batch = options.subject, options.batch
        self._count = env.count(options.subject)

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        bits = np.random.Philox(np.random.SeedSequence([seed & 0xFFFFFFFFFFFFFFFF, epoch]))
        rows = np.random.Generator(bits).permutation(self._count)
        return [rows[start : start + self._batch] for start in range(0, len(rows), self._batch)]

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        return Examples(keys, {self._subject: keys})
