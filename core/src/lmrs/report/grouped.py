"""Metrics by groups of cases."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

from lmrs.evaluation.groups import Group, Grouping
from lmrs.evaluation.interval import Interval
from lmrs.evaluation.report import Result, plain
from lmrs.report.bar_plot import Bar, bar_plot
from lmrs.report.blocks import count, figure, table
from lmrs.report.markup import Markup, join, tag

_TITLES = {"popularity": "By popularity of the right answer", "history": "By length of the history"}


def grouped(results: Mapping[str, Result], part: str) -> Markup | None:
    """Tables of the first run's groups, and one metric in each group for every run; None where there are no groups."""
    first = next(iter(results.values()))
    found = [_grouping(grouping, results, part) for grouping in first.groupings]
    return join(*found) if found else None


def _grouping(grouping: Grouping, results: Mapping[str, Result], part: str) -> Markup:
    name, result = next(iter(results.items()))
    shown = [group for group in grouping.groups if len(group.cases)]
    rows: list[tuple[object, ...]] = [("Cases", *(count(len(group.cases)) for group in shown))]
    rows += [(metric, *(_cell(result.within(group, metric)) for group in shown)) for metric in result.values]
    title = _TITLES.get(grouping.name, f"By {grouping.name}")
    caption = f"{name} {title[0].lower()}{title[1:]}, with 95 % intervals of the mean over the cases of a group."
    whole = table(caption, ("Metric", *(group.name for group in shown)), rows, numbers=len(shown))
    bounds = "; ".join(f"{group.name}: {group.about}" for group in grouping.groups)
    return join(
        tag("h3", title),
        tag("div", whole, _bars(grouping, results, part), class_="beside"),
        tag("p", f"Groups {grouping.definition}. {bounds}.", class_="soft"),
    )


def _bars(grouping: Grouping, results: Mapping[str, Result], part: str) -> Markup | None:
    """The metric that all runs have and that stands first."""
    metric = next((name for name in next(iter(results.values())).values if _everywhere(name, results)), None)
    if metric is None:
        return None
    rows = [
        (group.name, [_bar(result, grouping.name, group.name, metric) for result in results.values()])
        for group in grouping.groups
        if len(group.cases)
    ]
    drawn = bar_plot(rows, list(results), key=f"{grouping.name}-{part}", title=f"{metric} by {grouping.name}")
    return figure(f"{metric}, with 95 % intervals", drawn, wide=True)


def _everywhere(metric: str, results: Mapping[str, Result]) -> bool:
    return all(metric in result.values for result in results.values())


def _bar(result: Result, grouping: str, group: str, metric: str) -> Bar:
    found = _named(result, grouping, group)
    if found is None:
        return Bar(None)
    one = result.within(found, metric)
    return Bar(plain(one.mean), plain(one.low), plain(one.high))


def _named(result: Result, grouping: str, group: str) -> Group | None:
    ones = [one for known in result.groupings if known.name == grouping for one in known.groups if one.name == group]
    return ones[0] if ones else None


def _cell(one: Interval) -> Markup:
    if isnan(one.mean):
        return tag("span", "no case counts", class_="soft")
    between = None if isnan(one.low) else tag("span", f"{one.low:.4f} to {one.high:.4f}", class_="interval")
    return join(f"{one.mean:.4f}", between)
