"""What the metrics share that look at the lists of the best."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.metrics.per_case import Floats, divided
from lmrs_plugins.errors import LmrsError
from lmrs_plugins.metric import Ranked

TIED = "the lower row first among tied scores"
EMPTY = "cases with an empty list do not count, those without positives do"


def best(ranked: Ranked, at: int) -> npt.NDArray[np.int64]:
    """(C, at) the best rows of each case, -1 beyond the end.

    Raises
    ------
    LmrsError
        The lists were kept shorter than that.
    """
    if ranked.top.shape[1] < at:
        raise LmrsError(f"the best {ranked.top.shape[1]} of each case were kept, not the best {at}")
    return ranked.top[:, :at]


def listed(ranked: Ranked, at: int) -> npt.NDArray[np.int64]:
    """(total,) the rows among the best `at`, of all cases together."""
    rows = best(ranked, at)
    return rows[rows >= 0]


def averaged(ranked: Ranked, at: int, weights: npt.NDArray[np.generic]) -> Floats:
    """(C,) mean of (rows,) weights over the best `at` of each case, NaN where the list is empty."""
    rows = best(ranked, at)
    there = rows >= 0
    found = np.zeros(rows.shape)
    found[there] = weights[rows[there]]
    return divided(found.sum(axis=1), there.sum(axis=1))


def unknown(ranked: Ranked) -> Floats:
    """(C,) NaN: nobody knows how popular rows are."""
    return np.full(len(ranked.candidates), np.nan)
