"""Learning curves, stage by stage."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from lmrs.report.blocks import figure, folded, section, table
from lmrs.report.frame import SERIES
from lmrs.report.line_plot import Line, line_plot
from lmrs.report.markup import Markup, join, tag
from lmrs.report.reading import Run
from lmrs.report.scale import usable

Curve = list[tuple[float, float | None]]
# Terms whose sizes differ more than this would be flat lines in one plot.
_ALIKE = 8.0


def curves(run: Run) -> Markup:
    """Losses and validation metrics by epoch; the same as a table to open."""
    by_stage: dict[str, list[dict[str, Any]]] = {}
    for event in run.events:
        if _whole(event.get("epoch")):
            by_stage.setdefault(str(event.get("stage", "")), []).append(event)
    stages = {str(stage.get("name")): stage for stage in run.stages}
    found = [
        _stage(name, events, stages.get(name, {}), number, run.events, len(by_stage) > 1)
        for number, (name, events) in enumerate(by_stage.items())
    ]
    if not found:
        why = "No epoch is in the log." if run.trains or not run.recipe else "The recipe trains nothing."
        found = [tag("p", why, class_="soft")]
    return section("Learning curves", *found, key="curves")


def best_epoch(stage: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> tuple[int, str, float] | None:
    """The epoch of a stage whose weights were kept, counted from 1, with the metric that decided and its value.

    None where nothing decided: the last epoch was kept.
    """
    stop = stage.get("stop")
    name = str(stop.get("metric")) if isinstance(stop, Mapping) else ""
    best: tuple[int, str, float] | None = None
    for event in events:
        if event.get("stage") != stage.get("name") or not _whole(event.get("epoch")):
            continue
        value = _number(_mapping(event.get("valid")).get(name))
        if value is not None and usable(value) and (best is None or value > best[2]):
            best = (int(event["epoch"]) + 1, name, value)
    return best


def _stage(
    name: str,
    events: list[dict[str, Any]],
    stage: Mapping[str, Any],
    number: int,
    log: Sequence[Mapping[str, Any]],
    several: bool,
) -> Markup:
    best = best_epoch(stage, log)
    mark = None if best is None else (float(best[0]), f"best {best[1]}")
    terms, metrics = _series(events, "terms"), _series(events, "valid")
    titled = [("Training: " + _shared(group), group) for group in _alike(terms)]
    titled += [(f"Validation: {family}", group) for family, group in _families(metrics)]
    plots = []
    for place, (title, group) in enumerate(titled):
        lines = [Line(key, points) for key, points in group.items()]
        drawn = line_plot(lines, key=f"curve-{number}-{place}", title=f"{title}, stage {name}", x="epoch", mark=mark)
        plots.append(figure(title, drawn))
    return join(
        tag("h3", f"Stage {number + 1}: {name}") if several else None,
        tag("div", *plots, class_="plots"),
        folded("The same as numbers", _numbers(name, events, terms, metrics)),
    )


def _series(events: list[dict[str, Any]], kind: str) -> dict[str, Curve]:
    """Each name's values by epoch, counted from 1; an epoch that was not measured has no point."""
    found: dict[str, Curve] = {}
    for event in events:
        for name, value in _mapping(event.get(kind)).items():
            found.setdefault(str(name), []).append((event["epoch"] + 1, _number(value)))
    return found


def _alike(terms: dict[str, Curve]) -> list[dict[str, Curve]]:
    """Terms that one plot can show: of a size, and no more than there are colours."""
    groups: list[tuple[float, dict[str, Curve]]] = []
    for name, points in terms.items():
        size = median([abs(y) for _, y in points if y is not None and usable(y)] or [math.nan])
        for first, group in groups:
            if len(group) < SERIES and (size == first or first / _ALIKE < size < first * _ALIKE):
                group[name] = points
                break
        else:
            groups.append((size, {name: points}))
    return [group for _, group in groups]


def _shared(group: Mapping[str, Curve]) -> str:
    return next(iter(group)) if len(group) == 1 else f"{len(group)} terms"


def _families(metrics: dict[str, Curve]) -> list[tuple[str, dict[str, Curve]]]:
    """Metrics that differ only in where the list is cut."""
    families: dict[str, dict[str, Curve]] = {}
    for name, points in metrics.items():
        families.setdefault(name.partition("@")[0], {})[name] = points
    return list(families.items())


def _numbers(
    stage: str, events: list[dict[str, Any]], terms: Mapping[str, Curve], metrics: Mapping[str, Curve]
) -> Markup:
    rows = [
        (
            event["epoch"] + 1,
            event.get("step", ""),
            *(_written(_mapping(event.get("terms")).get(name)) for name in terms),
            *(_written(_mapping(event.get("valid")).get(name)) for name in metrics),
        )
        for event in events
    ]
    heads = ("Epoch", "Steps", *terms, *metrics)
    caption = f"Stage {stage}: mean of each loss term over the epoch, and metrics on the validation part after it."
    return table(caption, heads, rows, numbers=len(heads) - 1)


def _written(value: object) -> str:
    number = _number(value)
    return "" if number is None else f"{number:.4f}" if abs(number) < 1e4 else f"{number:.4g}"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
