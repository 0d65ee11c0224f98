"""Histories that end earlier than they do."""

from __future__ import annotations

import numpy as np

from lmrs_plugins import ExampleRandom, Ragged


def prefixes(lists: Ragged, share: float, rng: ExampleRandom) -> Ragged:
    """The lists, a share of them ending at a random place, after two items at least; all whole for a share of 0."""
    if not share:
        return lists
    cut = rng.uniform() < share
    kept = 2 + (rng.uniform() * np.maximum(lists.lengths - 1, 0)).astype(np.int64)
    lengths = np.where(cut, np.minimum(kept, lists.lengths), lists.lengths)
    return lists.slices(lists.offsets[:-1], lists.offsets[:-1] + lengths)
