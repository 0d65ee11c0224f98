"""A history, and what was clicked after it beside a few candidates that were not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, ExampleRandom, Examples, Ragged, View
from lmrs_sequence.transforms.options import Impressions as Options


class Impressions:
    """`input` (B, L), the last `length` items of each history; `shown` (B, 1 + negatives), the clicked item first.

    The other candidates are drawn from those of the same impression, none twice; where it has fewer, they are masked.
    L is the longest history of the batch, at most `length`. Evaluation: `input` alone.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._length, self._negatives = options.length, options.negatives

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        history = examples.lists("item")
        rows, mask = history.padded(max(1, min(self._length, int(history.lengths.max(initial=0)))))
        made = {"input": View.of(item=rows, mask=mask)}
        if rng is not None:
            shown, there = self._drawn(examples.lists("candidates"), rng)
            made["shown"] = View.of(item=shown, mask=there)
        return made

    def _drawn(self, candidates: Ragged, rng: ExampleRandom) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The first of each list and `negatives` of the rest, in the order of a random number of each."""
        longest = max(int(candidates.lengths.max(initial=0)), 1 + self._negatives)
        rows, there = candidates.padded(longest)
        order = np.where(there[:, 1:], rng.uniform(longest - 1), 2.0)
        chosen = 1 + np.argsort(order, axis=1, kind="stable")[:, : self._negatives]
        places = np.concatenate([np.zeros((len(rows), 1), dtype=np.int64), chosen], axis=1)
        return np.take_along_axis(rows, places, axis=1), np.take_along_axis(there, places, axis=1)
