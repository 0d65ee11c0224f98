"""What an evaluation found, with everything that its numbers rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.groups import Group, Grouping
from lmrs.evaluation.interval import Interval, interval
from lmrs_plugins.errors import InputError

FORMAT = 1
LEVEL = 0.95


@dataclass(frozen=True)
class Measured:
    """One number. `low` and `high` bound its 95 % interval; None where there is none, as for one number of all cases.

    `value` is None where no case counts. `cases` is how many do.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    cases: int
    definition: str
    higher_is_better: bool


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What was asked of whom.

    Parameters
    ----------
    part
        `valid` or `test`.
    subject
        What is recommended.
    candidates
        What each positive was ranked among, in words: `evaluate.candidates` makes them.
    sampled
        Whether the candidates are a sample, so that numbers of full rankings are no match for these.
    seen
        Whether what a case has seen was ranked: `exclude` or `include`.
    data
        Fingerprint of the data, where there is one.
    seed
        What candidates were drawn with; None where nothing was drawn.
    window
        The time window that the cases are of; None where there are no windows, or for those of all.
    """

    part: str
    subject: str = "item"
    candidates: str = "all rows"
    sampled: bool = False
    seen: str = "exclude"
    data: str = ""
    seed: int | None = None
    window: int | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """The outcome of evaluating on one part.

    Parameters
    ----------
    setting
        What was asked.
    measured
        The numbers, in the order of the metrics.
    cases, positives, rows
        How many cases and right answers there were, and rows to choose from.
    unranked
        Right answers that were no candidates, and so counted as missed.
    cold
        Right answers that stand in no training event; None where nobody counted.
    keys
        (C,) key of each case: the same case of two runs has the same key.
    groups
        (C,) the user of each case, or None; cases of one user depend on each other.
    values
        Metric to (C,) value of each case, NaN where it does not count; for metrics of single cases.
    groupings
        The same by groups of cases, where that was asked for.
    """

    setting: Setting
    measured: tuple[Measured, ...]
    cases: int
    positives: int
    rows: int
    unranked: int
    cold: int | None
    keys: npt.NDArray[np.int64]
    groups: npt.NDArray[np.int64] | None = None
    values: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    groupings: tuple[Grouping, ...] = ()

    def __getitem__(self, name: str) -> float:
        """The value of a metric, by its printed name in any case; NaN where no case counts.

        Raises
        ------
        InputError
            It was not measured.
        """
        known = {one.name.lower(): one for one in self.measured}
        if name.lower() not in known:
            near = get_close_matches(name.lower(), known, 1)
            meant = (
                f"did you mean {known[near[0]].name}?"
                if near
                else f"there are {', '.join(m.name for m in self.measured)}"
            )
            raise InputError(f"{name!r} was not measured; {meant}")
        value = known[name.lower()].value
        return np.nan if value is None else value

    def numbers(self) -> dict[str, float]:
        """Metric to value, NaN where no case counts."""
        return {one.name: self[one.name] for one in self.measured}

    def within(self, group: Group, metric: str) -> Interval:
        """The mean of a metric over the cases of a group, and its interval."""
        return interval(group.values[metric], None if self.groups is None else self.groups[group.cases], LEVEL)

    def to_json(self) -> dict[str, Any]:
        """Plain data of a stable shape; keys are only ever added."""
        facts = {"cases": self.cases, "positives": self.positives, "rows": self.rows}
        missed = {"unranked": self.unranked, "cold": self.cold}
        metrics = {one.name: {k: v for k, v in asdict(one).items() if k != "name"} for one in self.measured}
        groups = {one.name: self._grouping(one) for one in self.groupings}
        found = {**facts, **missed, "level": LEVEL, "metrics": metrics, "groups": groups}
        return {"format": FORMAT, **asdict(self.setting), **found}

    def _grouping(self, grouping: Grouping) -> dict[str, Any]:
        groups = {
            group.name: {
                "about": group.about,
                "cases": len(group.cases),
                "positives": group.positives,
                "metrics": {metric: _numbers(self.within(group, metric)) for metric in group.values},
            }
            for group in grouping.groups
        }
        return {"definition": grouping.definition, "groups": groups}


def plain(value: float) -> float | None:
    """A number as JSON has it: None for NaN."""
    return None if np.isnan(value) else float(value)


def _numbers(found: Interval) -> dict[str, Any]:
    return {"value": plain(found.mean), "low": plain(found.low), "high": plain(found.high), "cases": found.cases}
