"""What the metrics share: sums over the positives of each case."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins.metric import Ranked

Floats = npt.NDArray[np.float64]

TIES = "tied scores share the expected rank"
MISSED = "a positive that was not ranked counts as missed"
NONE = "cases without positives do not count"


def counts(ranked: Ranked) -> npt.NDArray[np.int64]:
    """(C,) positives of each case, ranked or not."""
    return np.diff(ranked.offsets)


def owners(ranked: Ranked) -> npt.NDArray[np.int64]:
    """(total,) the case of each positive."""
    return np.repeat(np.arange(len(ranked.candidates)), counts(ranked))


def places(ranked: Ranked) -> npt.NDArray[np.int64]:
    """(total,) which positive of its case each is, from 1, the best ranked first."""
    return np.arange(len(ranked.ranks)) - np.repeat(ranked.offsets[:-1], counts(ranked)) + 1


def sums(ranked: Ranked, values: npt.NDArray[np.generic]) -> Floats:
    """(C,) sum of a value of each positive."""
    total = np.bincount(owners(ranked), weights=values.astype(np.float64), minlength=len(ranked.candidates))
    return total.astype(np.float64)


def hits(ranked: Ranked, at: int) -> Floats:
    """(C,) positives among the best `at`."""
    return sums(ranked, ranked.ranks <= at)


def divided(above: Floats, below: npt.NDArray[np.generic]) -> Floats:
    """Elementwise, NaN where `below` is 0."""
    under = below.astype(np.float64)
    found = np.full(len(above), np.nan)
    np.divide(above, under, out=found, where=under > 0)
    return found


def counted(ranked: Ranked, values: Floats) -> Floats:
    """The values, NaN in cases without positives."""
    return np.where(counts(ranked) > 0, values, np.nan)
