"""What was run: recipe, data, stages, versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np

from lmrs.report.blocks import count, facts, section, table
from lmrs.report.curves import best_epoch
from lmrs.report.markup import Markup, join, tag
from lmrs.report.reading import Run
from lmrs_plugins.bundle import PARTS, Bundle

_SAID = {
    "running": "It runs, or was killed.",
    "stopped": "It was stopped before its end.",
    "failed": "It failed.",
}


def head(run: Run) -> Markup:
    """Title, summary and paper, how the run ended, and what is missing."""
    recipe, status = run.recipe, run.folder.status
    title = run.name if run.bundle is None else f"{run.name} on {run.bundle.name}"
    error = run.folder.facts.get("error")
    lines = [_SAID[status] + (f" {error}" if error else "")] if status in _SAID else []
    return tag(
        "header",
        tag("h1", title),
        tag("p", recipe["summary"]) if recipe.get("summary") else None,
        tag("p", "Paper: ", recipe["source"], class_="soft") if recipe.get("source") else None,
        tag("p", tag("span", status, class_=f"badge {status}")),
        _notice([*lines, *run.missing]),
    )


def _notice(lines: list[str]) -> Markup | None:
    if not lines:
        return None
    return tag(
        "div", tag("strong", "To know"), tag("ul", *(tag("li", line) for line in lines)), class_="notice", role="note"
    )


def overview(run: Run) -> Markup:
    """The run in a few facts, and its stages."""
    known = run.folder.facts
    own = run.stages[-1].get("data") if run.stages else None
    versions = known.get("versions", {})
    rows: list[tuple[str, object]] = [
        ("Recipe", tag("code", run.name)),
        ("Run folder", tag("code", run.folder.path.name)),
        ("Begun", str(known.get("created", "")).replace("T", " ").replace("+00:00", " UTC")),
        ("Seed", known.get("seed")),
        ("Data", run.bundle.name if run.bundle else None),
        ("Read from", _sources(own or run.recipe.get("data"))),
        *(_counts(run.bundle) if run.bundle else []),
        ("Fingerprint of the data", tag("code", str(known.get("fingerprint", ""))[:16])),
        ("Command", tag("code", _command(run))),
        ("Made with", _joined(f"{name} {versions[name]}" for name in ("lmrs", "torch", "python") if name in versions)),
    ]
    return section("What was run", facts(rows), _stages(run), key="run")


def _sources(section: Any) -> Markup | None:
    """What a data section names; each of several by its own name, if it has one."""
    named = section.get("source") if isinstance(section, Mapping) else None
    several = named if isinstance(named, list) else [named] if named else []
    shown = [str(one.get("name") or one.get("source")) if isinstance(one, Mapping) else str(one) for one in several]
    return tag("code", _joined(shown)) if shown else None


def _joined(parts: Iterable[object]) -> str:
    return ", ".join(str(part) for part in parts)


def _command(run: Run) -> str:
    """The command of the run if it was noted; else one that runs the resolved recipe again."""
    noted = run.folder.facts.get("command")
    if isinstance(noted, list):
        return " ".join(str(part) for part in noted)
    return str(noted) if noted else f"lmrs run {run.folder.path.name}/recipe.yaml"


def _counts(bundle: Bundle) -> list[tuple[str, object]]:
    users, items, events = bundle.count("user"), bundle.count("item"), bundle.count("event")
    filled = len(np.unique(bundle.users * items + bundle.items)) / max(1, users * items)
    parts = np.bincount(bundle.part, minlength=len(PARTS)) if bundle.part is not None else np.array([events])
    split = _joined(f"{name} {count(int(number))}" for name, number in zip(PARTS, parts, strict=False) if number)
    more = [name for name in bundle.contents() if not name.startswith("interaction.")]
    return [
        ("Counts", f"{count(users)} users, {count(items)} items, {count(events)} events; {filled:.3%} of all pairs"),
        ("Split, in events", split),
        ("Events of a user", f"{np.median(bundle.histories.lengths):g} in the median" if users else None),
        ("Time", _span(bundle)),
        ("Also has", _joined(more)),
    ]


def _span(bundle: Bundle) -> str | None:
    if not bundle.has("interaction.timestamp"):
        return None
    times = bundle.column("timestamp").astype(np.float64)
    times = times[np.isfinite(times)]
    try:
        ends = [datetime.fromtimestamp(float(end), UTC).date().isoformat() for end in (times.min(), times.max())]
    except (ValueError, OverflowError, OSError):
        return None
    return f"{ends[0]} to {ends[1]}"


def _stages(run: Run) -> Markup | None:
    if not run.stages:
        return (
            tag("p", "The recipe has no stage: it learns nothing by gradient.", class_="soft") if run.recipe else None
        )
    rows = []
    for stage in run.stages:
        name = str(stage.get("name", ""))
        epochs = [event["epoch"] for event in run.events if event.get("stage") == name and "epoch" in event]
        best = best_epoch(stage, run.events)
        optimizer = stage.get("optimizer") or {}
        rows.append(
            (
                _begun(stage),
                _use(stage.get("strategy")),
                join(*(tag("div", one) for one in _objectives(stage.get("objectives")))),
                _use(stage.get("sampler")),
                f"{optimizer.get('use', '')}, rate {optimizer.get('rate', '')}"
                if isinstance(optimizer, Mapping)
                else "",
                f"{len(epochs)} of at most {stage.get('epochs', '?')}",
                "" if best is None else f"{best[0]} ({best[1]} {best[2]:.4f})",
            )
        )
    heads = ("Stage", "Strategy", "Objectives", "Sampler", "Optimiser", "Epochs", "Best epoch")
    return table("Stages, in order. The best epoch is the one whose weights were kept.", heads, rows)


def _begun(stage: Mapping[str, Any]) -> Markup:
    """A stage's name, the data of its own, and the run whose weights it starts from."""
    sources, init = _sources(stage.get("data")), str(stage.get("init", ""))
    run = init.removeprefix("run ").partition(" sha256:")[0]
    lines = [
        tag("div", "on ", sources, class_="soft") if sources else None,
        tag("div", "from ", tag("code", run), class_="soft") if run != init else None,
    ]
    return join(tag("div", str(stage.get("name", ""))), *lines)


def _use(component: Any) -> str:
    return str(component.get("use", "")) if isinstance(component, Mapping) else ""


def _objectives(found: Any) -> list[str]:
    """Each objective with its weight; of those that are drawn from, each."""
    lines = []
    for one in found if isinstance(found, list) else []:
        if isinstance(one, Mapping) and "one_of" in one:
            lines.append(f"one a {one.get('per', 'step')} of: {_joined(_objectives(one['one_of']))}")
        elif isinstance(one, Mapping):
            weight = one.get("weight", 1.0)
            lines.append(_use(one) + ("" if weight == 1.0 else f" × {weight}"))
    return lines
