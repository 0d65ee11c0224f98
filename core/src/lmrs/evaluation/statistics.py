"""Runs beside each other: differences, their intervals and their corrected p-values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.correction import benjamini_hochberg, holm
from lmrs.evaluation.groups import Group
from lmrs.evaluation.interval import interval
from lmrs.evaluation.paired import paired_t, randomisation
from lmrs.evaluation.report import LEVEL, Result, plain
from lmrs_plugins.errors import InputError

Values = Mapping[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """`second` minus `first` on the `cases` that count in both; None where there are too few to say.

    `low` and `high` bound the 95 % t interval of the mean difference; `p` is that of the randomisation test, `p_holm`
    and `p_bh` the same after correction over all rows of the table, `p_t` that of the t test, uncorrected. `grouping`
    and `group` say which of the cases it is about; None for all.
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
    grouping: str | None = None
    group: str | None = None

    def to_json(self) -> dict[str, object]:
        """Plain data of a stable shape."""
        return asdict(self)


Within = Mapping[tuple[str, str], Mapping[str, Values]]
"""Grouping and group to run to values, (C,) too: NaN for the cases outside."""


def compare(
    runs: Mapping[str, Values],
    groups: npt.NDArray[np.int64] | None = None,
    *,
    within: Within | None = None,
    metrics: Sequence[str] | None = None,
    draws: int = 10_000,
    seed: int = 0,
) -> list[Difference]:
    """Each two runs on each metric, on all cases and then within groups of them; corrected over all of it.

    Parameters
    ----------
    runs
        Run to metric to (C,) value of each case, the same cases in the same order.
    groups
        (C,) the user of each case: cases of one group depend on each other.
    within
        The same for some of the cases.
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
    rows: list[_Pair] = []
    tables: list[tuple[tuple[str | None, str | None], Mapping[str, Values]]] = [((None, None), runs)]
    for where, values in [*tables, *(within or {}).items()]:
        for metric in shared:
            for one, other in combinations(runs, 2):
                left, right = values[one][metric], values[other][metric]
                if len(left) != len(right):
                    raise InputError(
                        f"{one} was evaluated on {len(left)} cases and {other} on {len(right)}; evaluate them alike"
                    )
                rows.append(_Pair(metric, one, other, left, right, *where))
    p = np.array([randomisation(row.difference, groups, draws=draws, seed=seed) for row in rows])
    corrected = zip(p, holm(p), benjamini_hochberg(p), strict=True)
    return [_row(row, found, groups) for row, found in zip(rows, corrected, strict=True)]


def compare_results(
    results: Mapping[str, Result],
    *,
    metrics: Sequence[str] | None = None,
    within_groups: bool = False,
    draws: int = 10_000,
    seed: int = 0,
) -> list[Difference]:
    """As `compare`, of results: it is made sure that they answer the same question, and cases are put in one order.

    `within_groups` compares within every group of the results' groupings too.

    Raises
    ------
    InputError
        They differ in part, data, candidates, seen items or cases, or one has no groups; the message says in what.
    """
    base_name, base = next(iter(results.items()), ("", None))
    runs: dict[str, Values] = {}
    within: dict[tuple[str, str], dict[str, Values]] = {}
    for name, result in results.items():
        assert base is not None
        for what in ("part", "subject", "data", "candidates", "seen", "seed", "window"):
            mine, theirs = getattr(result.setting, what), getattr(base.setting, what)
            if mine != theirs:
                raise InputError(
                    f"{base_name} and {name} differ in {what}: {theirs!r} and {mine!r}; evaluate them alike"
                )
        order, wanted = np.argsort(result.keys, kind="stable"), np.sort(base.keys)
        if not np.array_equal(result.keys[order], wanted):
            raise InputError(f"{base_name} and {name} were evaluated on other cases; use the same data and split")
        runs[name] = {metric: values[order] for metric, values in result.values.items()}
        if within_groups and not result.groupings:
            raise InputError(f"{name} has no numbers by group; evaluate it again: lmrs evaluate")
        for grouping in result.groupings if within_groups else ():
            for group in grouping.groups:
                values = {metric: _scattered(group, metric, len(order))[order] for metric in group.values}
                within.setdefault((grouping.name, group.name), {})[name] = values
    groups = None if base is None or base.groups is None else base.groups[np.argsort(base.keys, kind="stable")]
    return compare(runs, groups, within=within, metrics=metrics, draws=draws, seed=seed)


def _scattered(group: Group, metric: str, cases: int) -> npt.NDArray[np.float64]:
    found = np.full(cases, np.nan)
    found[group.cases] = group.values[metric]
    return found


@dataclass(frozen=True)
class _Pair:
    """Two runs on a metric, in a group or on all cases."""

    metric: str
    first: str
    second: str
    left: npt.NDArray[np.float64]
    right: npt.NDArray[np.float64]
    grouping: str | None
    group: str | None

    @property
    def difference(self) -> npt.NDArray[np.float64]:
        """(C,) NaN where a case does not count in both."""
        return self.right - self.left


def _row(pair: _Pair, p: tuple[np.float64, np.float64, np.float64], groups: npt.NDArray[np.int64] | None) -> Difference:
    difference = pair.difference
    both = ~np.isnan(difference)
    found = interval(difference, groups, LEVEL)
    return Difference(
        metric=pair.metric,
        first=pair.first,
        second=pair.second,
        first_mean=plain(interval(pair.left[both]).mean),
        second_mean=plain(interval(pair.right[both]).mean),
        difference=plain(found.mean),
        low=plain(found.low),
        high=plain(found.high),
        p=plain(p[0]),
        p_holm=plain(p[1]),
        p_bh=plain(p[2]),
        p_t=plain(paired_t(difference, groups)),
        cases=found.cases,
        grouping=pair.grouping,
        group=pair.group,
    )
