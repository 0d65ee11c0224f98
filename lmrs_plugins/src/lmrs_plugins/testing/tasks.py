"""Checks of tasks: cases are well-formed, and look only at what came before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from lmrs_plugins.bundle import IMPRESSION, PARTS, Bundle
from lmrs_plugins.examples import Examples
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.task import Cases
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.generated import histories


def check(case: Case) -> None:
    """Shapes and columns; no case knows its own answer or anything later."""
    with case.check("build"):
        task = case.build(case.env())
        known = getattr(task, "subject", "") in case.bundle.vocabularies
        case.require(known, f"its `subject` is {getattr(task, 'subject', None)!r}: name what is recommended, as `item`")
    with case.check("cases"):
        for part in ("valid", "test"):
            _check_cases(case, task, task.cases(case.bundle, part), part)
    with case.check("leak"):
        for part in ("valid", "test"):
            _check_leak(case, task, part)
    with case.check("serving"):
        items, _ = histories(case.bundle.training())
        asked = Ragged.of([items[0], items[1], []])
        served = task.examples(case.bundle, asked, [0, 1, -1])
        _check_columns(case, served, 3)


def _check_cases(case: Case, task: Any, cases: Any, part: str) -> None:
    case.require(isinstance(cases, Cases), f"cases() gives {type(cases).__name__}: return Cases")
    count = len(cases.examples)
    case.require(count, f"cases({part!r}) is empty on data with such events")
    _check_columns(case, cases.examples, count)
    rows = case.bundle.count(task.subject)
    lists = {"positives": cases.positives, "seen": cases.seen, "candidates": cases.candidates}
    for name, ragged in lists.items():
        if ragged is not None:
            case.require(len(ragged) == count, f"{name} has {len(ragged)} lists for {count} cases: one a case")
            inside = ((ragged.values >= 0) & (ragged.values < rows)).all()
            case.require(inside, f"{name} has values beyond the {rows} rows of {task.subject!r}")
    case.require((cases.positives.lengths > 0).all(), "a case has no positive: leave it out, it has no answer")
    if cases.candidates is not None:
        for row in range(count):
            there = np.isin(cases.positives[row], cases.candidates[row]).all()
            case.require(there, "a positive is not among its case's candidates: add it to them")


def _check_columns(case: Case, examples: Any, count: int) -> None:
    case.require(isinstance(examples, Examples), f"it gives {type(examples).__name__} as examples: return Examples")
    case.require(
        set(examples.columns) == set(case.card.columns),
        f"its examples have columns {sorted(examples.columns)}, its card names {sorted(case.card.columns)}: let them "
        f"agree",
    )
    case.require(
        examples.keys.shape == (count,), f"its examples have keys of shape {examples.keys.shape}, expected {(count,)}"
    )
    for name, column in examples.columns.items():
        case.require(
            len(column) == count, f"its column {name!r} has {len(column)} entries for {count} examples: one a case"
        )


def _check_leak(case: Case, task: Any, part: str) -> None:
    """What happens in this part changes answers only; what happens in later parts changes nothing at all."""
    cases = task.cases(case.bundle, part)
    own = task.cases(_altered(case.bundle, part), part)
    case.require(
        _same(cases.examples, own.examples),
        f"a case of {part!r} sees the event that it asks for: its examples change with it; end histories before it",
    )
    if part == "valid":
        later = task.cases(_altered(case.bundle, "test"), part)
        same = _same(cases.examples, later.examples) and all(
            _equal(one, other)
            for one, other in (
                (cases.positives, later.positives),
                (cases.seen, later.seen),
                (cases.candidates, later.candidates),
            )
        )
        case.require(same, "a case of 'valid' changes with events of 'test': look only at events before its own")


def _altered(bundle: Bundle, part: str) -> Bundle:
    """The bundle with every item of one part's events replaced, and what was clicked in its impressions."""
    assert bundle.part is not None
    items = bundle.items.copy()
    there = bundle.part == PARTS.index(part)
    items[there] = (items[there] + 1) % bundle.count("item")
    place = bundle.interactions.column_names.index("item")
    interactions = bundle.interactions.set_column(place, "item", [items])
    tables = dict(bundle.tables)
    if IMPRESSION in tables:
        tables[IMPRESSION] = _relabelled(tables[IMPRESSION], part)
    return replace(bundle, interactions=interactions, tables=tables)


def _relabelled(shown: pa.Table, part: str) -> pa.Table:
    """Impressions in which another candidate was clicked, in one part."""
    there = np.asarray(shown.column("part").to_numpy()) == PARTS.index(part)
    both = zip(shown.column("candidates").to_pylist(), shown.column("clicks").to_pylist(), there, strict=True)
    clicks = [[row for row in rows if row not in taken][:1] if asked else taken for rows, taken, asked in both]
    place = shown.column_names.index("clicks")
    return shown.set_column(place, "clicks", pa.array(clicks, shown.schema.field("clicks").type))


def _same(one: Examples, other: Examples) -> bool:
    return np.array_equal(one.keys, other.keys) and all(
        _equal(column, other.columns[name]) for name, column in one.columns.items()
    )


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, Ragged) and isinstance(other, Ragged):
        return np.array_equal(one.offsets, other.offsets) and np.array_equal(one.values, other.values)
    return one is other or np.array_equal(one, other)
