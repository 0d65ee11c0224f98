"""Ranks out of counts: `ranking` states the definition."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def expected(
    owner: npt.NDArray[np.int64], above: npt.NDArray[np.int64], level: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Expected ranks of positives that stand case by case, the best first; infinite where `level` is 0: not ranked."""
    first = np.ones(len(owner), dtype=np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (above[1:] != above[:-1])
    group = np.cumsum(first) - 1
    place = np.arange(len(owner)) - np.flatnonzero(first)[group] + 1
    ranks = above + place * (level + 1) / (np.bincount(group)[group] + 1)
    return np.where(level > 0, ranks, np.inf)
