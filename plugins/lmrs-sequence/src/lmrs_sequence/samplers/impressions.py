"""What was clicked, among what was shown with it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, Examples, InputError, Ragged
from lmrs_plugins.bundle import IMPRESSION
from lmrs_sequence.samplers.options import Impressions as Options


class Impressions:
    """One example a click of the training impressions: the history, and the candidates, the clicked one first.

    Candidates that were clicked too are left out of it. An impression in which everything was clicked teaches nothing
    and is left out. A key is the number of a click. Examples: `user` (B,), `item`, the history, and `candidates` lists.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._batch = options.batch
        bundle = env.bundle
        shown, clicks = (bundle.lists(IMPRESSION, name) for name in ("candidates", "clicks"))
        self._users = np.array(bundle.values(IMPRESSION, "user").to_numpy())
        self._history = bundle.lists(IMPRESSION, "history")
        self._others = _without(shown, clicks, bundle.count("item"))
        owners = clicks.owners()
        kept = self._others.lengths[owners] > 0
        self._owners, self._clicked = owners[kept], clicks.values[kept]
        if not len(self._owners):
            raise InputError(
                f"impressions: no training impression of {bundle.name!r} has a candidate that was clicked and one that "
                "was not; look at data.split"
            )

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        bits = np.random.Philox(np.random.SeedSequence([seed & 0xFFFFFFFFFFFFFFFF, epoch]))
        keys = np.random.Generator(bits).permutation(len(self._owners))
        return [keys[start : start + self._batch] for start in range(0, len(keys), self._batch)]

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        rows = self._owners[keys]
        others = self._others.take(rows)
        candidates = Ragged(
            np.insert(others.values, others.offsets[:-1], self._clicked[keys]),
            others.offsets + np.arange(len(keys) + 1),
        )
        history = self._history.take(rows)
        return Examples(keys, {"user": self._users[rows], "item": history, "candidates": candidates})


def _without(shown: Ragged, clicks: Ragged, items: int) -> Ragged:
    """What was shown and not clicked, each item of an impression once."""
    keys = np.unique(shown.owners() * items + shown.values)
    keys = np.setdiff1d(keys, clicks.owners() * items + clicks.values, assume_unique=False)
    lengths = np.bincount(keys // items, minlength=len(shown))
    return Ragged(keys % items, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
