"""How sure a mean is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit


@dataclass(frozen=True)
class Interval:
    """A mean over `cases` values of `groups` groups, its standard error, and a two-sided interval.

    All but the mean are NaN for fewer than two groups.
    """

    mean: float
    error: float
    low: float
    high: float
    cases: int
    groups: int


def interval(
    values: npt.NDArray[np.float64], groups: npt.NDArray[np.int64] | None = None, level: float = 0.95
) -> Interval:
    """Student's t interval of a mean; NaNs are left out.

    Parameters
    ----------
    values
        (C,) one a case.
    groups
        (C,) cases of one group (a user) depend on each other: the error is then the cluster-robust one,
        sqrt(G / (G - 1) sum_g (sum_(i in g) (x_i - mean))^2) / C, with G - 1 degrees of freedom (Liang and Zeger,
        Biometrika 1986). With one case a group, or None, that is the usual s / sqrt(C).
    level
        Share of such intervals that hold the true mean.
    """
    totals, sizes = grouped(values, groups)
    cases, many = int(sizes.sum()), len(sizes)
    if not cases:
        return Interval(np.nan, np.nan, np.nan, np.nan, 0, 0)
    mean = float(totals.sum() / cases)
    if many < 2:
        return Interval(mean, np.nan, np.nan, np.nan, cases, many)
    residuals = totals - sizes * mean
    error = float(np.sqrt(many / (many - 1) * (residuals**2).sum()) / cases)
    reach = float(stdtrit(many - 1, (1 + level) / 2)) * error
    return Interval(mean, error, mean - reach, mean + reach, cases, many)


def grouped(
    values: npt.NDArray[np.float64], groups: npt.NDArray[np.int64] | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """(G,) sum of the values of each group, and (G,) how many there are, without NaNs."""
    there = ~np.isnan(values)
    values = values[there]
    if groups is None:
        return values, np.ones(len(values), dtype=np.int64)
    _, place = np.unique(groups[there], return_inverse=True)
    return np.bincount(place, weights=values).astype(np.float64), np.bincount(place).astype(np.int64)
