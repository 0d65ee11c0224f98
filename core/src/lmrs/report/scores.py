"""Metrics with their intervals, beside those of other runs, and what each number means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lmrs.evaluation.report import Measured, Result
from lmrs.report.bar_plot import Bar, bar_plot
from lmrs.report.blocks import count, figure, folded, section, table
from lmrs.report.differences import differences, same_question
from lmrs.report.grouped import grouped
from lmrs.report.markup import Markup, join, tag
from lmrs.report.reading import PARTS, Run
from lmrs_plugins import InputError

_SAID = {"test": "test part", "valid": "validation part"}


def scores(run: Run, others: Mapping[str, Run]) -> Markup:
    """Tables and bars of every part that the run was evaluated on; `others` by the name that they are shown under."""
    found: list[object] = [_part(part, run, others) for part in PARTS if part in run.results]
    if not found:
        found.append(tag("p", "The run has not been evaluated.", class_="soft"))
    return section("Results", *found, key="results")


def _part(part: str, run: Run, others: Mapping[str, Run]) -> Markup:
    alike, refused = {}, []
    for name, other in others.items():
        try:
            if part in other.results:
                same_question(run, other, name, part)
                alike[name] = other
        except InputError as error:
            refused.append(tag("p", f"Not shown beside {name}: {error}.", class_="soft"))
    result = run.results[part]
    results = {run.name: result, **{name: other.results[part] for name, other in alike.items()}}
    return join(
        tag("h3", f"On the {_SAID[part]}") if len(run.results) > 1 else None,
        tag("p", _sentence(result)),
        tag("div", _table(results, part), _bars(results, part), class_="beside"),
        *refused,
        differences(run, alike, part) if alike else None,
        grouped(results, part),
        folded("What the numbers mean", _definitions(result)),
    )


def _sentence(result: Result) -> str:
    """What was asked, and what could not be right."""
    setting = result.setting
    cold = "" if result.cold is None else f", {count(result.cold)} cold (in no training event)"
    sampled = (
        " These candidates are a sample: the numbers are no match for those of full rankings."
        if setting.sampled
        else ""
    )
    return (
        f"{count(result.cases)} cases with {count(result.positives)} right answers of {count(result.rows)} "
        f"{setting.subject}s. Ranked among: {setting.candidates}. Of the right answers, "
        f"{count(result.unranked)} were not ranked and count as missed{cold}.{sampled}"
    )


def _table(results: Mapping[str, Result], part: str) -> Markup:
    found = [{one.name: one for one in result.measured} for result in results.values()]
    rows = []
    for name, one in _names(results).items():
        best = _best([measured.get(name) for measured in found], one.higher_is_better)
        rows.append((name, *(_cell(measured.get(name), best) for measured in found)))
    more = " The best of each row is bold." if len(results) > 1 else ""
    caption = f"Metrics on the {_SAID[part]}, with 95 % intervals of the mean over cases.{more}"
    return table(caption, ("Metric", *results), rows, numbers=len(results))


def _names(results: Mapping[str, Result]) -> dict[str, Measured]:
    """Every metric that a run has, the first run's first."""
    found: dict[str, Measured] = {}
    for result in results.values():
        for one in result.measured:
            found.setdefault(one.name, one)
    return found


def _best(found: Sequence[Measured | None], higher: bool) -> float | None:
    values = [one.value for one in found if one is not None and one.value is not None]
    return None if len(found) < 2 or not values else max(values) if higher else min(values)


def _cell(one: Measured | None, best: float | None) -> Markup:
    if one is None:
        return tag("span", "not measured", class_="soft")
    if one.value is None:
        return tag("span", "no case counts", class_="soft")
    value = tag("span", f"{one.value:.4f}", class_="best" if one.value == best else None)
    between = tag("span", f"{one.low:.4f} to {one.high:.4f}", class_="interval") if one.low is not None else None
    return join(value, between)


def _bars(results: Mapping[str, Result], part: str) -> Markup | None:
    """Metrics of a share, which one scale can show; others stand in the table only."""
    found = [{one.name: one for one in result.measured} for result in results.values()]
    rows = []
    for name in _names(results):
        ones = [measured.get(name) for measured in found]
        bars = [Bar(one.value, one.low, one.high) if one else Bar(None) for one in ones]
        if all(bar.value is None or abs(bar.value) <= 1 for bar in bars):
            rows.append((name, bars))
    if not rows:
        return None
    drawn = bar_plot(rows, list(results), key=f"bars-{part}", title=f"Metrics on the {_SAID[part]}")
    return figure("With 95 % intervals", drawn, wide=True)


def _definitions(result: Result) -> Markup:
    setting = result.setting
    how = "A value is the mean over the cases that count; low and high bound Student's 95 % t interval of that mean, \
with cases of one user taken together. One number of all cases has no interval."
    terms = [join(tag("dt", one.name), tag("dd", _defined(one))) for one in result.measured]
    terms += [
        join(tag("dt", "Candidates"), tag("dd", f"{setting.candidates}{_drawn(setting.seed)}.")),
        join(tag("dt", "Seen"), tag("dd", f"{_SEEN.get(setting.seen, setting.seen)}.")),
        join(tag("dt", "Interval"), tag("dd", how)),
        join(
            tag("dt", "Cold"),
            tag("dd", "a right answer that stands in no training event: no model has learned of it by use."),
        ),
    ]
    return tag("dl", *terms, class_="terms")


_SEEN = {
    "exclude": "what a case has seen was not ranked",
    "include": "what a case has seen was ranked like everything else",
}


def _drawn(seed: int | None) -> str:
    return "" if seed is None else f", drawn with seed {seed}"


def _defined(one: Measured) -> str:
    better = "" if one.higher_is_better else " Lower is better."
    return f"{one.definition}. {count(one.cases)} cases count.{better}"
