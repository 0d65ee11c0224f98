"""Texts of which some tokens are hidden."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, ExampleRandom, Examples, InputError, View
from lmrs_text.texts import Texts
from lmrs_text.transforms.options import MaskTokens as Options
from lmrs_text.transforms.texts_of_rows import rows_with_text


class MaskTokens:
    """Masked-token views (Devlin et al., NAACL 2019, 3.1) of the distinct rows that the examples name.

    `input`: their rows (N,), `tokens` and mask (N, L), and `places` (N, K) of the tokens to be guessed; `target`:
    `token` (N, K), what stood there, masked where a text has fewer. At least one token of each text is hidden, special
    ones never. Evaluation: texts as they are, with one place.
    """

    def __init__(self, env: Env, options: Options) -> None:
        if options.masked + options.other > 1:
            raise InputError(f"mask-tokens: masked {options.masked} and other {options.other} are more than all")
        self._options, self._texts = options, Texts.of(env.bundle, options)
        if self._texts.hides is None and options.masked:
            raise InputError("mask-tokens: the tokenizer has no mask token; take a model that has, or next-tokens")

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        subject = self._options.subject
        rows = rows_with_text(examples, subject, self._texts)
        tokens, lengths = self._texts.padded(rows)
        mask = np.arange(tokens.shape[1]) < lengths[:, None]
        if rng is None:
            return {"input": self._input(rows, tokens, mask, np.zeros((len(rows), 1), dtype=np.int64))}
        hidden = self._hidden(tokens, mask, generator := rng.generator())
        most = max(1, int(hidden.sum(1).max(initial=0)))
        places = np.argsort(~hidden, axis=1, kind="stable")[:, :most]
        there = np.take_along_axis(hidden, places, 1)
        target = np.take_along_axis(tokens, places, 1).astype(np.int64) * there
        shown = self._shown(tokens, hidden, generator)
        return {
            "input": self._input(rows, shown, mask, places * there),
            "target": View(values={"token": target}, mask=there),
        }

    def _input(
        self,
        rows: npt.NDArray[np.int64],
        tokens: npt.NDArray[np.int32],
        mask: npt.NDArray[np.bool_],
        places: npt.NDArray[np.int64],
    ) -> View:
        subject = self._options.subject
        return View({subject: rows}, {subject: subject}, {"tokens": tokens, "places": places}, mask)

    def _hidden(
        self, tokens: npt.NDArray[np.int32], mask: npt.NDArray[np.bool_], random: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        words = mask & ~np.isin(tokens, self._texts.specials)
        drawn = np.where(words, random.random(tokens.shape), 2.0)
        hidden = drawn < self._options.rate
        none = np.flatnonzero(~hidden.any(1) & words.any(1))
        hidden[none, drawn[none].argmin(1)] = True
        return hidden

    def _shown(
        self, tokens: npt.NDArray[np.int32], hidden: npt.NDArray[np.bool_], random: np.random.Generator
    ) -> npt.NDArray[np.int32]:
        fate, options = random.random(tokens.shape), self._options
        others = random.integers(0, self._texts.vocabulary, tokens.shape, dtype=np.int32)
        mask_token = np.int32(self._texts.hides or 0)
        stands = np.where(
            fate < options.masked, mask_token, np.where(fate < options.masked + options.other, others, tokens)
        )
        return np.where(hidden, stands, tokens).astype(np.int32)
