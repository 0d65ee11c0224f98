"""Lists that are stretches of one long array."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import numpy.typing as npt

from lmrs_plugins.ragged import Ragged

Places = npt.NDArray[np.int64]


class Stretches(Ragged):
    """A `Ragged` whose lists are copied where they are taken, and not before.

    List `i` is `base[starts[i]:stops[i]]`; without a base it is the places themselves, `starts[i]` up to `stops[i]`.
    The histories of all users are as large as the data, and nobody needs more than a batch of them at a time. `values`
    and `offsets` are of all lists at once, for whoever asks for them.
    """

    _base: Places | None
    _starts: Places
    _stops: Places

    def __init__(self, base: Places | None, starts: Places, stops: Places) -> None:
        self.__dict__.update(_base=base, _starts=starts, _stops=np.maximum(starts, stops))

    @cached_property
    def values(self) -> Places:
        """(total,)"""
        return self.take(np.arange(len(self))).values

    @cached_property
    def offsets(self) -> Places:
        """(n + 1,)"""
        return np.concatenate([[0], np.cumsum(self.lengths)]).astype(np.int64)

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def lengths(self) -> Places:
        """(n,)"""
        return self._stops - self._starts

    def __getitem__(self, index: int) -> Places:
        start, stop = self._starts[index], self._stops[index]
        return np.arange(start, stop) if self._base is None else self._base[start:stop]

    def take(self, index: Places) -> Ragged:
        """The lists at `index`, in that order, copied."""
        starts, lengths = self._starts[index], self.lengths[index]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], lengths)
        return Ragged(places if self._base is None else self._base[places], offsets)

    def last(self, length: int) -> Stretches:
        """At most the last `length` values of each list."""
        return Stretches(self._base, np.maximum(self._starts, self._stops - length), self._stops)
