"""p-values of several tests at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def holm(p: Floats) -> Floats:
    """(m,) adjusted p-values in the same order: rejecting those up to `a` keeps the chance of any false one at `a`.

    Holm, Scandinavian Journal of Statistics 1979. NaNs are no tests and stay.
    """
    return _adjusted(p, lambda ordered: np.maximum.accumulate(ordered * np.arange(len(ordered), 0, -1)))


def benjamini_hochberg(p: Floats) -> Floats:
    """(m,) adjusted p-values in the same order: rejecting those up to `a` keeps the mean share of false ones at `a`.

    Benjamini and Hochberg, JRSS B 1995; for independent or positively dependent tests. NaNs are no tests and stay.
    """

    def stepped(ordered: Floats) -> Floats:
        scaled = ordered * len(ordered) / np.arange(1, len(ordered) + 1)
        return np.minimum.accumulate(scaled[::-1])[::-1]

    return _adjusted(p, stepped)


def _adjusted(p: Floats, steps: Callable[[Floats], Floats]) -> Floats:
    found = np.full(len(p), np.nan)
    tests = np.flatnonzero(~np.isnan(p))
    order = tests[np.argsort(p[tests], kind="stable")]
    found[order] = np.minimum(steps(p[order]), 1.0)
    return found
