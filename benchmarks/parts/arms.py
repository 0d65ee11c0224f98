"""Runs of several arms and seeds beside each other: a table, paired tests, a plot.

A column is a question: by arm, each seed's (C,) values of one metric, NaN for cases that the question is not about.
The same cases stand in one order in all of them.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.correction import holm
from lmrs.evaluation.interval import interval
from lmrs.evaluation.report import LEVEL, Result
from lmrs.evaluation.statistics import Difference, compare
from lmrs.report.bar_plot import Bar, bar_plot

Values = npt.NDArray[np.float64]
Column = Mapping[str, Sequence[Values]]
Columns = Mapping[str, Column]


def group(result: Result, name: str) -> npt.NDArray[np.int64]:
    """Places of the cases of a group: `cold`, `short`."""
    return next(one.cases for grouping in result.groupings for one in grouping.groups if one.name == name)


def within(values: Values, places: npt.NDArray[np.int64]) -> Values:
    """Values of some cases, NaN for the others."""
    found = np.full_like(values, np.nan)
    found[places] = values[places]
    return found


def pooled(each: Sequence[Values]) -> Values:
    """(C,) mean of each case over seeds."""
    mean: Values = np.stack(each).mean(0)
    return mean


def table(title: str, columns: Columns, more: Mapping[str, Sequence[str]] | None = None) -> None:
    """A row an arm: mean over seeds, and each seed. `more` has further cells by arm, their heads under `""`."""
    more = more or {}
    heads = [*columns, *more.get("", [])]
    print(f"\n{title}\n\n| | " + " | ".join(heads) + " |")
    print("|---" * (1 + len(heads)) + "|")
    for arm in next(iter(columns.values())):
        cells = [cell(column[arm]) for column in columns.values()]
        print(f"| {arm} | " + " | ".join([*cells, *more.get(arm, [])]) + " |")


def cell(each: Sequence[Values]) -> str:
    """The mean over seeds, and each seed."""
    means = [float(np.nanmean(values)) for values in each]
    return f"{statistics.mean(means):.4f} ({', '.join(f'{mean:.4f}' for mean in means)})"


def every_pair(columns: Columns) -> list[tuple[str, str]]:
    """All pairs of arms."""
    return list(combinations(next(iter(columns.values())), 2))


def differences(
    metric: str,
    columns: Columns,
    pairs: Iterable[tuple[str, str]],
    shown: Collection[str] | None = None,
    groups: npt.NDArray[np.int64] | None = None,
) -> None:
    """Second minus first of each pair in each column, each case's mean over seeds; Holm over all that are compared.

    Printed are pairs with one of `shown` in them; all where it is None. `groups` has the user of each case, where one
    has several.
    """
    rows: list[tuple[str, Difference]] = []
    for name, column in columns.items():
        for pair in pairs:
            rows += [(name, row) for row in compare({arm: {metric: pooled(column[arm])} for arm in pair}, groups)]
    corrected = holm(np.array([row.p for _, row in rows], dtype=np.float64))
    print(f"\n{metric}, each case's mean over seeds, paired; Holm over {len(rows)} comparisons:\n")
    for (name, row), p in zip(rows, corrected, strict=True):
        if shown is None or row.first in shown or row.second in shown:
            print(
                f"- {name}: {row.first} → {row.second}: {row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}], "
                f"Holm {p:.4f}"
            )


def bars(columns: Columns, groups: npt.NDArray[np.int64] | None = None) -> list[tuple[str, list[Bar]]]:
    """A row an arm, a bar a column, with the interval of the mean over cases."""
    rows: list[tuple[str, list[Bar]]] = []
    for arm in next(iter(columns.values())):
        found = [interval(pooled(column[arm]), groups, LEVEL) for column in columns.values()]
        rows.append((arm, [Bar(one.mean, one.low, one.high) for one in found]))
    return rows


def draw(rows: Sequence[tuple[str, Sequence[Bar]]], series: Sequence[str], title: str, path: Path) -> None:
    """The bars as a file of their own."""
    drawn = str(bar_plot(rows, series, key=path.stem, title=title))
    style = files("lmrs.report").joinpath("page.css").read_text(encoding="utf-8")
    head, _, rest = drawn.partition(">")
    path.write_text(f'{head} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{rest}', encoding="utf-8")
    print(f"\n{path}")
