"""Sessions: short runs of a user's events."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Env, Examples, InputError, Ragged
from lmrs_sequence.samplers.options import Sessions as Options
from lmrs_sequence.sessions import once, pieces, sessions


class Sessions:
    """Sessions of `min_length` to `length` training events, each an example. An item right after itself counts once.

    A longer session is cut into pieces of `length` one after the other; what is left at its end is left out where it
    is shorter than `min_length`. A key is the number of a piece. Examples: `user` (B,), `item` and `event` lists.
    """

    def __init__(self, env: Env, options: Options) -> None:
        self._batch = options.batch
        cut = pieces(once(sessions(env.bundle, options), env.bundle.items), options.length)
        kept = np.flatnonzero(cut.lengths >= options.min_length)
        if not len(kept):
            raise InputError(
                f"sessions: no session of {env.bundle.name!r} has {options.min_length} events; lower min_length, or "
                "say another gap"
            )
        self._events = cut.take(kept)
        self._items, self._users = env.bundle.items, env.bundle.users

    def epoch(self, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
        bits = np.random.Philox(np.random.SeedSequence([seed & 0xFFFFFFFFFFFFFFFF, epoch]))
        keys = np.random.Generator(bits).permutation(len(self._events))
        return [keys[start : start + self._batch] for start in range(0, len(keys), self._batch)]

    def examples(self, keys: npt.NDArray[np.int64]) -> Examples:
        events = self._events.take(keys)
        users = self._users[events.values[events.offsets[:-1]]]
        items = Ragged(self._items[events.values], events.offsets)
        return Examples(keys, {"user": users, "item": items, "event": events})
