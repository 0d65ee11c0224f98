"""Histories cut into windows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, Examples, InputError, Ragged
from lmrs_sequence.samplers.options import Windows as Options

_POOL = 32
"""Batches among which windows are sorted by length."""


class Windows:
    """Windows of at most `length` training events, so that no position of a long history is lost.

    A user's last window ends at the last event; each earlier one ends at the first event of the one after it (`step`
    1), so every event but a user's first follows another one of its window exactly once. A key is the number of a
    window, users ascending, the earliest window first. Examples: `user` (B,), `item` and `event` lists.

    Transforms make views as wide as the longest list of a batch, so `bucket` saves padding where lengths differ; but a
    loss that is the mean of its batch then gives an event of a short history more weight than one of a long one.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._batch, self._bucket = options.batch, options.bucket
        offsets = env.bundle.histories.offsets
        lengths = np.diff(offsets)
        long_enough = np.flatnonzero(lengths >= options.min_length)
        if not len(long_enough):
            raise InputError(
                f"windows: no user of {env.bundle.name!r} has {options.min_length} training events; lower min_length"
            )
        stride = max(1, round((options.length - 1) * options.step))
        beyond = np.maximum(lengths[long_enough] - options.length, 0)
        windows = 1 + (-(-beyond // stride) if options.per_user == "all" else 0 * beyond)
        self._users = np.repeat(long_enough, windows)
        first = np.cumsum(windows) - windows
        later = np.repeat(windows, windows) - 1 - (np.arange(len(self._users)) - np.repeat(first, windows))
        self._stops = offsets[self._users + 1] - later * stride
        self._starts = np.maximum(self._stops - options.length, offsets[self._users])
        self._items = env.bundle.items

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        bits = np.random.Philox(np.random.SeedSequence([seed & 0xFFFFFFFFFFFFFFFF, epoch]))
        random = np.random.Generator(bits)
        keys = random.permutation(len(self._users))
        if not self._bucket:
            return [keys[start : start + self._batch] for start in range(0, len(keys), self._batch)]
        lengths = (self._stops - self._starts)[keys]
        pools = np.arange(len(keys)) // (self._batch * _POOL)
        keys = keys[np.lexsort((lengths, pools))]
        batches = [keys[start : start + self._batch] for start in range(0, len(keys), self._batch)]
        return [batches[place] for place in random.permutation(len(batches))]

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        starts, stops = self._starts[keys], self._stops[keys]
        items = Ragged(self._items, np.zeros(1, dtype=np.int64)).slices(starts, stops)
        within = np.arange(len(items.values)) - np.repeat(items.offsets[:-1], items.lengths)
        events = Ragged(np.repeat(starts, items.lengths) + within, items.offsets)
        return Examples(keys, {"user": self._users[keys], "item": items, "event": events})
