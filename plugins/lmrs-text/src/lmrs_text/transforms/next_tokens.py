"""Texts, and at each token the one that comes next."""

from __future__ import annotations

import numpy as np

from lmrs_plugins import Env, ExampleRandom, Examples, View
from lmrs_text.texts import Texts
from lmrs_text.transforms.options import NextTokens as Options
from lmrs_text.transforms.texts_of_rows import rows_with_text


class NextTokens:
    """Autoregressive views of the distinct rows that the examples name.

    `input`: their rows (N,), `tokens` and mask (N, L) without the last token of the longest; `target`: `token` (N, L),
    the one after each, masked where none follows. Evaluation: `input` alone, with all tokens.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._subject, self._texts = options.subject, Texts.of(env.bundle, options)

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        rows = rows_with_text(examples, self._subject, self._texts)
        tokens, lengths = self._texts.padded(rows)
        most = max(1, tokens.shape[1] - (rng is not None))
        mask = np.arange(most) < lengths[:, None]
        shown = View({self._subject: rows}, {self._subject: self._subject}, {"tokens": tokens[:, :most].copy()}, mask)
        if rng is None:
            return {"input": shown}
        after = np.zeros((len(rows), most), dtype=np.int64)
        after[:, : tokens.shape[1] - 1] = tokens[:, 1:]
        follows = np.arange(most) < lengths[:, None] - 1
        return {"input": shown, "target": View(values={"token": after * follows}, mask=follows)}
