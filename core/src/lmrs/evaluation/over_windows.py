"""Results of several time windows as one: each was asked of what had been trained until the window before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lmrs.evaluation.groups import Group, Grouping
from lmrs.evaluation.interval import interval
from lmrs.evaluation.report import LEVEL, Measured, Result, plain
from lmrs_plugins.errors import LmrsError

_SHIFT = 40
BY_WINDOW = "by window"
"""What a metric's name ends in where it is the mean over windows."""


def over_windows(results: Mapping[int, Result]) -> Result:
    """All cases together, and beside each metric its mean over the windows, in which each window weighs the same.

    A metric of all cases as one (coverage) is given as that mean alone. Keys of cases are made unique by the window's
    number. The windows are a grouping, `window`.

    Raises
    ------
    LmrsError
        There is none.
    """
    if not results:
        raise LmrsError("no time window was evaluated")
    numbers, every = sorted(results), [results[number] for number in sorted(results)]
    first, names = every[0], [one.name for one in every[0].measured]
    values = {name: np.concatenate([one.values[name] for one in every]) for name in first.values}
    groups = None if first.groups is None else np.concatenate([one.groups for one in every if one.groups is not None])
    measured = []
    for name, one in zip(names, first.measured, strict=True):
        if name in values:
            found = interval(values[name], groups, LEVEL)
            measured.append(
                replace(one, value=plain(found.mean), low=plain(found.low), high=plain(found.high), cases=found.cases)
            )
    measured += [_mean(one, every) for one in first.measured]
    starts = np.concatenate([[0], np.cumsum([one.cases for one in every])])
    return Result(
        setting=replace(first.setting, window=None),
        measured=tuple(measured),
        cases=int(starts[-1]),
        positives=sum(one.positives for one in every),
        rows=first.rows,
        unranked=sum(one.unranked for one in every),
        cold=None if first.cold is None else sum(one.cold or 0 for one in every),
        keys=np.concatenate([(number << _SHIFT) + results[number].keys for number in numbers]),
        groups=groups,
        values=values,
        groupings=(_grouping(numbers, every, starts),),
    )


def _mean(one: Measured, every: list[Result]) -> Measured:
    means = np.array([result[one.name] for result in every])
    counted = means[~np.isnan(means)]
    return Measured(
        name=f"{one.name} {BY_WINDOW}",
        value=float(counted.mean()) if len(counted) else None,
        low=None,
        high=None,
        cases=sum(result.cases for result in every),
        definition=f"mean over {len(counted)} time windows, each of which weighs the same; {one.definition}",
        higher_is_better=one.higher_is_better,
    )


def _grouping(numbers: list[int], every: list[Result], starts: np.ndarray) -> Grouping:
    return Grouping(
        name="window",
        definition=(
            "by time window: the cases of each, asked of the model as it was when the window before had been trained on"
        ),
        groups=tuple(
            Group(
                name=f"window-{number}",
                about=f"trained until window {number - 1}",
                cases=np.arange(starts[place], starts[place + 1]),
                positives=one.positives,
                values=one.values,
            )
            for place, (number, one) in enumerate(zip(numbers, every, strict=True))
        ),
    )
