"""Which candidates the cases of an evaluation have, batch by batch."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.candidates import ALL, COLD, GIVEN, Sampled, label, padded
from lmrs.recipe.settings import SampleSettings
from lmrs_plugins import Cases, InputError, Ragged


class Pool:
    """All rows, those that the data give, those that training has not met, or a sample.

    `label` says so in words; `width` is the largest number of candidates of a case, 0 for all rows.
    """

    def __init__(
        self,
        cases: Cases,
        candidates: SampleSettings | Literal["all", "cold"],
        seen: Literal["exclude", "include"],
        popularity: npt.NDArray[np.int64],
        seed: int,
    ) -> None:
        self._cases, self._seen = cases, cases.seen if seen == "exclude" else None
        self._sampled: Sampled | None = None
        self._cold: npt.NDArray[np.int64] | None = None
        self.sampled = not isinstance(candidates, str)
        if not isinstance(candidates, str):
            self._sampled = Sampled(len(popularity), candidates.sample, candidates.by, seed, popularity)
            self.label = self._sampled.label(seen)
            self.width = candidates.sample + int(cases.positives.lengths.max(initial=0))
        elif candidates == "cold":
            self._cold = _cold(popularity, cases)
            self.label, self.width = label(COLD, seen), len(self._cold)
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
        if self._cold is not None:
            return np.broadcast_to(self._cold, (len(places), len(self._cold)))
        return None if self._cases.candidates is None else padded(self._cases.candidates.take(places))


def _cold(popularity: npt.NDArray[np.int64], cases: Cases) -> npt.NDArray[np.int64]:
    """Rows without a training event."""
    if cases.candidates is not None:
        raise InputError("evaluate.candidates is cold, and these data give the candidates of each case; leave it out")
    found = np.flatnonzero(popularity == 0)
    if not len(found):
        raise InputError("evaluate.candidates is cold, and every row of these data has a training event; leave it out")
    return found
