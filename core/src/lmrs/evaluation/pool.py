"""Which candidates the cases of an evaluation have, batch by batch."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.candidates import ALL, GIVEN, Sampled, label, padded
from lmrs.recipe.settings import SampleSettings
from lmrs_plugins import Cases, Ragged


class Pool:
    """All rows, those that the data give, or a sample.

    `label` says so in words; `width` is the largest number of candidates of a case, 0 for all rows.
    """

    def __init__(
        self,
        cases: Cases,
        candidates: SampleSettings | Literal["all"],
        seen: Literal["exclude", "include"],
        popularity: npt.NDArray[np.int64],
        seed: int,
    ) -> None:
        self._cases, self._seen = cases, cases.seen if seen == "exclude" else None
        self._sampled: Sampled | None = None
        self.sampled = not isinstance(candidates, str)
        if not isinstance(candidates, str):
            self._sampled = Sampled(len(popularity), candidates.sample, candidates.by, seed, popularity)
            self.label = self._sampled.label(seen)
            self.width = candidates.sample + int(cases.positives.lengths.max(initial=0))
        elif cases.candidates is not None:
            self.label, self.width = label(GIVEN, seen), int(cases.candidates.lengths.max(initial=0))
        else:
            self.label, self.width = label(ALL, seen), 0

    def rows(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | None:
        """(B, K) candidates of these cases, -1 where one has fewer; None for all rows."""
        if self._sampled is not None:
            seen: Ragged | None = None if self._seen is None else self._seen.take(places)
            keys = self._cases.examples.keys[places]
            return padded(self._sampled.draw(keys, self._cases.positives.take(places), seen))
        return None if self._cases.candidates is None else padded(self._cases.candidates.take(places))
