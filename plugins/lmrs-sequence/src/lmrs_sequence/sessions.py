"""Where one session of a user ends and the next begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lmrs_plugins import Bundle, Ragged
from lmrs_sequence.cut import Cut


def sessions(bundle: Bundle, cut: Cut) -> Ragged:
    """Rows of the events of each session, in order.

    Raises
    ------
    InputError
        The data have neither the column nor timestamps.
    """
    users = bundle.users
    begins = np.ones(len(users), dtype=bool)
    begins[1:] = (users[1:] != users[:-1]) | _parted(bundle, cut)
    return Ragged(np.arange(len(users)), np.append(np.flatnonzero(begins), len(users)).astype(np.int64))


def once(events: Ragged, items: npt.NDArray[np.int64]) -> Ragged:
    """Lists of events without those whose item is that of the event right before; `items` is (events,)."""
    found = items[events.values]
    kept = np.ones(len(found), dtype=bool)
    kept[1:] = found[1:] != found[:-1]
    firsts = events.offsets[:-1][events.lengths > 0]
    kept[firsts] = True
    before = np.concatenate([[0], np.cumsum(kept)]).astype(np.int64)
    return Ragged(events.values[kept], before[events.offsets])


def pieces(lists: Ragged, length: int) -> Ragged:
    """Lists cut into pieces of `length`, one after the other; the last piece of each is what is left."""
    count = -(-lists.lengths // length)
    number = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    starts = np.repeat(lists.offsets[:-1], count) + number * length
    return lists.slices(starts, np.minimum(starts + length, np.repeat(lists.offsets[1:], count)))


def _parted(bundle: Bundle, cut: Cut) -> npt.NDArray[np.bool_]:
    """(events - 1,) whether an event belongs to another session than the one before it, users aside."""
    if cut.column:
        codes = bundle.values("event", cut.column).combine_chunks().dictionary_encode().indices
        values = np.asarray(codes.fill_null(-1).cast(pa.int64()).to_numpy(zero_copy_only=False))
        return np.asarray(values[1:] != values[:-1])
    times = np.asarray(bundle.values("event", "timestamp").to_numpy())
    return ~(np.diff(times) <= cut.gap)  # an unknown time is no reason to join
