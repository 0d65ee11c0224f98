"""The rows that a batch of examples names."""

from __future__ import annotations

import numpy as np

from lmrs_multimodal.transforms.options import Seen as Options
from lmrs_plugins import Env, ExampleRandom, Examples, Ragged, View


class Seen:
    """In training `input` (N,), the distinct rows of all examples; else (B, 1), the last row of each."""

    def __init__(self, env: Env, options: Options) -> None:
        self._subject = options.subject

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        subject, column = self._subject, examples.columns[self._subject]
        if rng is not None:
            rows = np.unique(column.values if isinstance(column, Ragged) else column)
            return {"input": View({subject: rows[rows >= 0]}, {subject: subject})}
        if isinstance(column, Ragged):
            rows, mask = column.padded(1)
        else:
            rows, mask = column[:, None], column[:, None] >= 0
        return {"input": View({subject: rows}, {subject: subject}, mask=mask)}
