"""Which rows a positive is ranked among, where that is not all of them.

Sampled negatives make numbers that look better, and may order models otherwise, than a full ranking does (Krichene and
Rendle, KDD 2020). They are here for comparison with published figures; the label goes with every number.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from lmrs_plugins.errors import InputError
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.randomness import ExampleRandom

ALL = "all rows"
GIVEN = "rows given by the data"
COLD = "rows without a training event"
_TRIES = 2


def label(ranked: str, seen: Literal["exclude", "include"]) -> str:
    """What the positives of a ranking of all (`ALL`), cold (`COLD`) or given (`GIVEN`) rows stand among, in words."""
    return f"{ranked}, excluding seen" if seen == "exclude" else f"{ranked}, seen ones too"


def padded(lists: Ragged) -> npt.NDArray[np.int64]:
    """(n, longest) rows, -1 where a list is shorter: candidates as `rank` takes them.

    For a scorer, which has no -1, give it row 0 there: `np.maximum(rows, 0)`.
    """
    rows, mask = lists.padded(int(lists.lengths.max(initial=0)))
    return np.where(mask, rows, -1)


class Sampled:
    """Draws negatives without replacement.

    A case has numbers of its own, made from the seed and its key: the same case has the same negatives in any batch,
    for any model. Fewer than asked for are drawn where a case has no more that may be drawn.

    Parameters
    ----------
    rows
        Number of rows of the subject.
    count
        Negatives a case.
    by
        `uniform`, or `popularity`: in proportion to `popularity`, as if drawn one by one.
    seed
        Any integer.
    popularity
        (rows,) training events of each row; a row without any is never drawn by popularity.
    """

    def __init__(
        self,
        rows: int,
        count: int,
        by: Literal["uniform", "popularity"],
        seed: int,
        popularity: npt.NDArray[np.int64] | None = None,
    ) -> None:
        if count < 1:
            raise InputError(f"evaluate.candidates.sample is {count}; it is a number from 1")
        if by == "popularity" and popularity is None:
            raise InputError("candidates sampled by popularity need the training events of each row")
        self.rows, self.count, self.by, self._seed = rows, count, by, seed
        weights = np.ones(rows) if by == "uniform" or popularity is None else popularity.astype(np.float64)
        if not weights.sum() > 0:
            raise InputError("there is no row to draw candidates from: none stands in a training event")
        self._weights, self._steps, self._last = weights, np.cumsum(weights), int(np.flatnonzero(weights)[-1])

    def label(self, seen: Literal["exclude", "include"]) -> str:
        """What the positives stand among, in words."""
        how = "uniformly" if self.by == "uniform" else "by popularity"
        which = "excluding seen" if seen == "exclude" else "seen ones too"
        return f"{self.count} sampled {how}, {which}, + positives"

    def draw(self, keys: npt.NDArray[np.int64], positives: Ragged, seen: Ragged | None) -> Ragged:
        """B lists of candidates: negatives that are neither positives nor seen (None: may be seen), then positives.

        `keys` is (B,), one a case, unequal for different cases.
        """
        random = ExampleRandom(self._seed, keys)
        both = [lists for lists in (positives, seen) if lists is not None]
        barred = np.unique(np.concatenate([lists.owners() * self.rows + lists.values for lists in both]))
        rows = self._draw(random.uniform(_TRIES * self.count))
        fresh = _first(rows) & ~_within(np.arange(len(keys))[:, None] * self.rows + rows, barred)
        fresh &= np.cumsum(fresh, axis=1) <= self.count
        lists = []
        for case in range(len(keys)):
            taken = rows[case, fresh[case]]
            if len(taken) < self.count:
                taken = self._complete(int(keys[case]), taken, barred, case)
            lists.append(np.concatenate([taken, positives[case]]))
        return Ragged.of(lists)

    def _draw(self, uniform: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Rows drawn with replacement, by weight."""
        found: npt.NDArray[np.int64] = np.searchsorted(self._steps, uniform * self._steps[-1], side="right")
        return np.minimum(found, self._last)

    def _complete(
        self, key: int, taken: npt.NDArray[np.int64], barred: npt.NDArray[np.int64], case: int
    ) -> npt.NDArray[np.int64]:
        """Fill up from what is left, by exponential keys: as if one went on drawing (Efraimidis and Spirakis, 2006)."""
        start, stop = np.searchsorted(barred, [case * self.rows, (case + 1) * self.rows])
        left = self._weights > 0
        left[barred[start:stop] - case * self.rows] = False
        left[taken] = False
        rest = np.flatnonzero(left)
        wanted = min(self.count - len(taken), len(rest))
        # Numbers of their own: those of the draws before must not decide twice.
        noise = ExampleRandom(~self._seed, np.array([key])).uniform(self.rows)[0, rest]
        order = np.argsort(-np.log1p(-noise) / self._weights[rest], kind="stable")
        return np.concatenate([taken, rest[order[:wanted]]])


def _first(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """True where a number stands in its list for the first time."""
    order = np.argsort(rows, axis=1, kind="stable")
    ordered = np.take_along_axis(rows, order, axis=1)
    fresh = np.ones(rows.shape, dtype=np.bool_)
    fresh[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    found = np.empty_like(fresh)
    np.put_along_axis(found, order, fresh, axis=1)
    return found


def _within(keys: npt.NDArray[np.int64], ordered: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Whether each key is among the ordered ones."""
    if not ordered.size:
        return np.zeros(keys.shape, dtype=np.bool_)
    at = np.minimum(np.searchsorted(ordered, keys), ordered.size - 1)
    found: npt.NDArray[np.bool_] = ordered[at] == keys
    return found
