"""Ranked cases, with what it takes to look at a part of them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.expected import expected
from lmrs_plugins.metric import Ranked
from lmrs_plugins.ragged import Ragged


@dataclass(frozen=True, kw_only=True)
class Placed(Ranked):
    """What the host knows of ranked cases beyond what metrics are given.

    Parameters
    ----------
    positives
        (total,) the row of each positive, in the order of `ranks`.
    above, level
        (total,) candidates that score higher, and as much, itself included; `level` is 0 where it was not ranked.
    scores
        (C, K) scores of `top`, -inf beyond the end.
    """

    positives: npt.NDArray[np.int64]
    above: npt.NDArray[np.int64]
    level: npt.NDArray[np.int64]
    scores: npt.NDArray[np.floating]

    def owners(self) -> npt.NDArray[np.int64]:
        """(total,) the case of each positive."""
        return np.repeat(np.arange(len(self.candidates)), np.diff(self.offsets))

    def take(self, cases: npt.NDArray[np.int64]) -> Placed:
        """Some of the cases, in this order."""
        lists = Ragged(np.arange(len(self.ranks)), self.offsets).take(cases)
        return replace(
            self,
            ranks=self.ranks[lists.values],
            offsets=lists.offsets,
            top=self.top[cases],
            candidates=self.candidates[cases],
            seen=None if self.seen is None else self.seen.take(cases),
            positives=self.positives[lists.values],
            above=self.above[lists.values],
            level=self.level[lists.values],
            scores=self.scores[cases],
        )

    def only(self, positives: npt.NDArray[np.bool_]) -> Placed:
        """The same cases with the marked (total,) positives as their only right answers.

        Every other row stays the candidate that it was. Where positives are tied with each other this is not the same
        as leaving ranks out: those that stay share the places anew.
        """
        owner = self.owners()[positives]
        above, level = self.above[positives], self.level[positives]
        lengths = np.bincount(owner, minlength=len(self.candidates))
        return replace(
            self,
            ranks=expected(owner, above, level),
            offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
            positives=self.positives[positives],
            above=above,
            level=level,
        )


def join(parts: Sequence[Placed], rows: int, top: int) -> Placed:
    """Cases of several, one after the other."""
    lengths = np.concatenate([np.empty(0, np.int64), *(np.diff(part.offsets) for part in parts)])

    def numbers(name: str) -> npt.NDArray[np.int64]:
        return np.concatenate([np.empty(0, np.int64), *(getattr(part, name) for part in parts)])

    return Placed(
        ranks=np.concatenate([np.empty(0), *(part.ranks for part in parts)]),
        offsets=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        top=np.concatenate([np.empty((0, top), np.int64), *(part.top for part in parts)]),
        candidates=numbers("candidates"),
        rows=rows,
        positives=numbers("positives"),
        above=numbers("above"),
        level=numbers("level"),
        scores=np.concatenate([part.scores for part in parts]) if parts else np.empty((0, top), np.float32),
    )
