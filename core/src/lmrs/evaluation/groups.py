"""Numbers of some of the cases: by how popular their right answers are, by how much they have seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.placed import Placed
from lmrs.evaluation.popularity import ahead
from lmrs_plugins.metric import Metric

_POPULARITY = ("head", "middle", "tail", "cold")
_HISTORY = ("short", "medium", "long")

Places = npt.NDArray[np.int64]
Values = Mapping[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Some of the cases of an evaluation.

    Parameters
    ----------
    name
        `head`.
    about
        Its bounds, in words.
    cases
        (n,) places of its cases among all.
    positives
        How many right answers it has.
    values
        Metric to (n,) value of each, NaN where it does not count; for metrics of single cases.
    """

    name: str
    about: str
    cases: Places
    positives: int
    values: Values


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """Groups that together are all cases; `definition` says how they are made and what their numbers are of."""

    name: str
    definition: str
    groups: tuple[Group, ...]


def grouped(placed: Placed, metrics: Sequence[Metric], values: Values, subject: str) -> tuple[Grouping, ...]:
    """Every grouping that there are facts for; `values` are the metrics of single cases, of all cases."""
    found = []
    if placed.popularity is not None:
        found.append(_by_popularity(placed, metrics, values, placed.popularity, subject))
    if placed.seen is not None:
        found.append(_by_history(placed, values, placed.seen.lengths, subject))
    return tuple(found)


def _by_popularity(placed: Placed, metrics: Sequence[Metric], values: Values, events: Places, subject: str) -> Grouping:
    total = int(events.sum())
    part = np.where(events > 0, np.minimum(3 * ahead(events) // max(total, 1), 2), 3)
    owners, groups = placed.owners(), []
    single = np.diff(placed.offsets).max(initial=0) < 2
    for number, name in enumerate(_POPULARITY):
        mine = part[placed.positives] == number
        cases = np.unique(owners[mine])
        about = f"{_bounds(events[part == number])} training events: {(part == number).sum()} of {len(events)} rows"
        if single:
            found = {metric: every[cases] for metric, every in values.items()}
        else:
            alone = placed.only(mine).take(cases)
            found = {metric.name: metric.values(alone) for metric in metrics if metric.name in values}
        groups.append(Group(name=name, about=about, cases=cases, positives=int(mine.sum()), values=found))
    return Grouping(
        name="popularity",
        definition=(
            f"by training events of the right answer: a row of {subject} is of the head, middle or tail by whether the "
            "rows with more events hold less than one third, less than two thirds, or more of all training events, and "
            "cold without any; rows with as many events stay together; a case counts in every group that has a right "
            "answer of it, and only those are right there, ranked among the same candidates"
        ),
        groups=tuple(groups),
    )


def _by_history(placed: Placed, values: Values, lengths: Places, subject: str) -> Grouping:
    ordered = np.sort(lengths)
    cuts = [ordered[-(-len(ordered) * third // 3) - 1] for third in (1, 2)] if len(ordered) else [0, 0]
    part, groups = np.searchsorted(cuts, lengths, side="left"), []
    positives = np.diff(placed.offsets)
    for number, name in enumerate(_HISTORY):
        cases = np.flatnonzero(part == number)
        groups.append(
            Group(
                name=name,
                about=f"{_bounds(lengths[cases])} seen",
                cases=cases,
                positives=int(positives[cases].sum()),
                values={metric: every[cases] for metric, every in values.items()},
            )
        )
    return Grouping(
        name="history",
        definition=(
            f"by the length of the history: how many of {subject} a case has seen, repeats among them; thirds of the "
            "cases, from the shortest history to the longest; cases with as many stay together, in the shorter group"
        ),
        groups=tuple(groups),
    )


def _bounds(numbers: Places) -> str:
    if not len(numbers):
        return "no number of"
    low, high = int(numbers.min()), int(numbers.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
