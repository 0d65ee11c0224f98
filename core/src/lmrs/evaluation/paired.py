"""Whether two runs differ on the same cases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from lmrs.evaluation.interval import grouped, interval

_CHUNK = 1 << 22


def paired_t(differences: npt.NDArray[np.float64], groups: npt.NDArray[np.int64] | None = None) -> float:
    """Two-sided p-value of Student's paired t test on (C,) differences, with the cluster-robust error of `interval`.

    NaN for fewer than two groups, or where all differences are the same and not 0; 1 where all are 0.
    """
    found = interval(differences, groups)
    if found.groups < 2:
        return float("nan")
    if not found.error:
        return 1.0 if not found.mean else float("nan")
    return float(2 * stdtr(found.groups - 1, -abs(found.mean) / found.error))


def randomisation(
    differences: npt.NDArray[np.float64],
    groups: npt.NDArray[np.int64] | None = None,
    *,
    draws: int = 10_000,
    seed: int = 0,
) -> float:
    """Two-sided p-value of Fisher's paired randomisation test on the mean of (C,) differences; NaNs are left out.

    If the runs were alike, either's value could stand for the other's: all of a group's differences change sign
    together. The p-value is the share of such tables with a mean at least as far from 0, the one found among them; of
    all tables where these are no more than `draws`, else of that many drawn. It assumes no distribution, and agrees
    with the t test on many cases (Smucker, Allan and Carterette, CIKM 2007).
    """
    totals, _ = grouped(differences, groups)
    if len(totals) < 2:
        return float("nan")
    totals = totals[totals != 0]
    size = len(totals)
    # Sums of the same numbers in another order may differ in the last places.
    reach = abs(totals.sum()) * (1 - 1e-12) - 1e-300
    if size < 63 and 1 << size <= draws:
        signs = 1 - 2 * (np.arange(1 << size)[:, None] >> np.arange(size) & 1)
        return float((abs(signs @ totals) >= reach).mean())
    random = np.random.default_rng(seed)
    step = max(1, _CHUNK // size)
    extreme = 0
    for start in range(0, draws, step):
        signs = random.integers(0, 2, (min(step, draws - start), size), dtype=np.int8) * np.int8(2) - np.int8(1)
        extreme += int((abs(signs @ totals) >= reach).sum())
    return (1 + extreme) / (1 + draws)
