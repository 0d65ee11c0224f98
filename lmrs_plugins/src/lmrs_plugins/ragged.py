"""Lists of unequal length as two arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Ragged:
    """`n` lists, one after the other: list `i` is `values[offsets[i]:offsets[i + 1]]`.

    `values` is (total,), `offsets` (n + 1,) int64 from 0 to total.
    """

    values: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]

    @staticmethod
    def of(lists: Iterable[Sequence[int] | npt.NDArray[np.int64]]) -> Ragged:
        """From Python lists; for data that is already in arrays, give `values` and `offsets`."""
        arrays = [np.asarray(one, dtype=np.int64) for one in lists]
        lengths = np.fromiter((len(one) for one in arrays), dtype=np.int64, count=len(arrays))
        values = np.concatenate(arrays) if arrays else np.empty(0, dtype=np.int64)
        return Ragged(values, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """(n,)"""
        return np.diff(self.offsets)

    def __getitem__(self, index: int) -> npt.NDArray[np.int64]:
        return self.values[self.offsets[index] : self.offsets[index + 1]]

    def owners(self) -> npt.NDArray[np.int64]:
        """(total,) the list that each value belongs to."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def take(self, index: npt.NDArray[np.int64]) -> Ragged:
        """The lists at `index`, in that order."""
        return self.slices(self.offsets[index], self.offsets[index + 1])

    def slices(self, starts: npt.NDArray[np.int64], stops: npt.NDArray[np.int64]) -> Ragged:
        """Lists cut out of `values` by position, without a loop; an empty slice has stop <= start."""
        lengths = np.maximum(stops - starts, 0)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], lengths)
        return Ragged(self.values[np.repeat(starts, lengths) + within], offsets)

    def last(self, length: int) -> Ragged:
        """At most the last `length` values of each list."""
        return self.slices(np.maximum(self.offsets[:-1], self.offsets[1:] - length), self.offsets[1:])

    def padded(self, length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The last `length` values of each list in an (n, length) array, and a mask that is true where they are.

        Lists stand at the left, the rest is padding: rows 0 under a false mask.
        """
        cut = self.last(length)
        mask = np.arange(length) < cut.lengths[:, None]
        rows = np.zeros(mask.shape, dtype=np.int64)
        rows[mask] = cut.values
        return rows, mask
