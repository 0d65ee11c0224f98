"""A result as a table, with what its numbers mean under it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan

from lmrs.cli.table import table, wrapped
from lmrs.evaluation.report import LEVEL, Measured, Result


def lines(result: Result) -> Iterator[str]:
    """Values with their intervals, the question that was asked, and the definitions."""
    rows = [(one.name, number(one.value), spread(one)) for one in result.measured]
    yield from table((result.setting.part, "value", f"{LEVEL:.0%} interval"), rows, right=(1, 2))
    yield ""
    yield from wrapped(question(result))
    yield from definitions(result)


def groups(result: Result) -> Iterator[str]:
    """The metrics of single cases by groups, with half their intervals, and how the groups are made."""
    for grouping in result.groupings:
        shown = [group for group in grouping.groups if len(group.cases)]
        rows = [["cases", *(f"{len(group.cases)}" for group in shown)]]
        for metric in result.values:
            found = [result.within(group, metric) for group in shown]
            rows.append([metric, *(_within(one.mean, one.high) for one in found)])
        yield ""
        yield from table((grouping.name, *(group.name for group in shown)), rows, right=range(1, len(shown) + 1))
    if result.groupings:
        yield ""
        yield from groupings(result)


def groupings(result: Result) -> Iterator[str]:
    """What the groups are."""
    for grouping in result.groupings:
        yield from wrapped(f"Groups {grouping.definition}.", "  ")
        yield from (f"  {group.name}: {group.about}" for group in grouping.groups)


def _within(mean: float, high: float) -> str:
    return "none" if isnan(mean) else f"{mean:.4f}" if isnan(high) else f"{mean:.4f} ±{high - mean:.4f}"


def question(result: Result) -> str:
    """Who was asked, and what each right answer was ranked among."""
    setting = result.setting
    said = [
        f"{result.cases} cases with {result.positives} right answers among {result.rows} rows of {setting.subject}",
        f"ranked among {setting.candidates}",
    ]
    if setting.window is not None:
        said.append(f"of time window {setting.window} alone")
    if setting.sampled:
        said.append("sampled candidates: no match for numbers of full rankings")
    if result.unranked:
        said.append(f"{result.unranked} right answers were no candidates and count as missed")
    if result.cold:
        said.append(f"{result.cold} right answers stand in no training event")
    return "; ".join(said) + "."


def definitions(result: Result, names: Sequence[str] | None = None) -> Iterator[str]:
    """What each metric says of itself; what all say is said once, and of several cut-offs the first stands for all.

    `names` are those to tell of, all if not given.
    """
    chosen: dict[str, Measured] = {}
    for one in result.measured:
        if names is not None and one.name not in names:
            continue
        chosen.setdefault(one.name.partition("@")[0], one)
    clauses = {name: one.definition.split("; ") for name, one in chosen.items()}
    shared = [clause for clause in next(iter(clauses.values()), []) if all(clause in own for own in clauses.values())]
    if len(clauses) < 2:
        shared = []
    for name, own in clauses.items():
        yield from wrapped(f"{chosen[name].name}: {'; '.join(one for one in own if one not in shared)}.", "  ")
    if shared:
        yield from wrapped(f"All of them: {'; '.join(shared)}.", "  ")


def number(value: float | None) -> str:
    """Four places; `none` where no case counts."""
    return "none" if value is None else f"{value:.4f}"


def spread(one: Measured) -> str:
    """The interval, where there is one."""
    return "" if one.low is None or one.high is None else f"{one.low:.4f} – {one.high:.4f}"
