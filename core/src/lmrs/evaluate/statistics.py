"""Runs beside each other: differences, their intervals and their corrected p-values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from lmrs.evaluate.correction import benjamini_hochberg, holm
from lmrs.evaluate.interval import interval
from lmrs.evaluate.paired import paired_t, randomisation
from lmrs.evaluate.report import LEVEL, Result
from lmrs_plugins.errors import InputError

Values = Mapping[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`second` minus `first` on the `cases` that count in both; None where there are too few to say.

    `low` and `high` bound the 95 % t interval of the mean difference; `p` is that of the randomisation test, `p_holm`
    and `p_bh` the same after correction over all rows of the table, `p_t` that of the t test, uncorrected.
    """

    metric: str
    first: str
    second: str
    first_mean: float | None
    second_mean: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None
    p_bh: float | None
    p_t: float | None
    cases: int

    def to_json(self) -> dict[str, object]:
        """Plain data of a stable shape."""
        return asdict(self)


def compare(
    runs: Mapping[str, Values],
    groups: npt.NDArray[np.int64] | None = None,
    *,
    metrics: Sequence[str] | None = None,
    draws: int = 10_000,
    seed: int = 0,
) -> list[Difference]:
    """Each two runs on each metric.

    Parameters
    ----------
    runs
        Run to metric to (C,) value of each case, the same cases in the same order.
    groups
        (C,) the user of each case: cases of one group depend on each other.
    metrics
        Which to compare, all that every run has by default. More tests make each correction harsher.

    Raises
    ------
    InputError
        Fewer than two runs, no metric in common, or runs with other cases.
    """
    if len(runs) < 2:
        raise InputError("a comparison needs two runs or more")
    first = next(iter(runs.values()))
    shared = [name for name in metrics or first if all(name in values for values in runs.values())]
    if not shared or (metrics and len(shared) < len(metrics)):
        missing = [name for name in metrics or [] if name not in shared]
        raise InputError(f"not every run has values of {', '.join(missing) or 'any one metric'}; evaluate them alike")
    rows = []
    for metric in shared:
        for one, other in combinations(runs, 2):
            left, right = runs[one][metric], runs[other][metric]
            if len(left) != len(right):
                raise InputError(
                    f"{one} was evaluated on {len(left)} cases and {other} on {len(right)}; evaluate them alike"
                )
            rows.append((metric, one, other, left, right))
    tests = [(randomisation(d, groups, draws=draws, seed=seed), d) for d in (right - left for *_, left, right in rows)]
    p = np.array([found for found, _ in tests])
    corrected = zip(holm(p), benjamini_hochberg(p), strict=True)
    return [
        _row(row, difference, found, *both, groups)
        for row, (found, difference), both in zip(rows, tests, corrected, strict=True)
    ]


def compare_results(
    results: Mapping[str, Result], *, metrics: Sequence[str] | None = None, draws: int = 10_000, seed: int = 0
) -> list[Difference]:
    """As `compare`, of results: it is made sure that they answer the same question, and cases are put in one order.

    Raises
    ------
    InputError
        They differ in part, data, candidates, seen items or cases; the message says in what.
    """
    base_name, base = next(iter(results.items()), ("", None))
    runs: dict[str, Values] = {}
    for name, result in results.items():
        assert base is not None
        for what in ("part", "subject", "data", "candidates", "seen", "seed"):
            mine, theirs = getattr(result.setting, what), getattr(base.setting, what)
            if mine != theirs:
                raise InputError(
                    f"{base_name} and {name} differ in {what}: {theirs!r} and {mine!r}; evaluate them alike"
                )
        order, wanted = np.argsort(result.keys, kind="stable"), np.sort(base.keys)
        if not np.array_equal(result.keys[order], wanted):
            raise InputError(f"{base_name} and {name} were evaluated on other cases; use the same data and split")
        runs[name] = {metric: values[order] for metric, values in result.values.items()}
    groups = None if base is None or base.groups is None else base.groups[np.argsort(base.keys, kind="stable")]
    return compare(runs, groups, metrics=metrics, draws=draws, seed=seed)


def _row(
    row: tuple[str, str, str, npt.NDArray[np.float64], npt.NDArray[np.float64]],
    difference: npt.NDArray[np.float64],
    p: float,
    p_holm: float,
    p_bh: float,
    groups: npt.NDArray[np.int64] | None,
) -> Difference:
    metric, one, other, left, right = row
    both = ~np.isnan(difference)
    found = interval(difference, groups, LEVEL)
    return Difference(
        metric=metric,
        first=one,
        second=other,
        first_mean=_plain(interval(left[both]).mean),
        second_mean=_plain(interval(right[both]).mean),
        difference=_plain(found.mean),
        low=_plain(found.low),
        high=_plain(found.high),
        p=_plain(p),
        p_holm=_plain(p_holm),
        p_bh=_plain(p_bh),
        p_t=_plain(paired_t(difference, groups)),
        cases=found.cases,
    )


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
