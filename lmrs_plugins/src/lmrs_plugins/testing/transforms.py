"""Checks of transforms."""

from __future__ import annotations

from typing import Any

import numpy as np

from lmrs_plugins.examples import Examples
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.randomness import ExampleRandom
from lmrs_plugins.testing.bindings import (
    check_arrays,
    forbidden_in_transforms,
    ordinary,
    require_equal,
    through_pickle,
)
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.example_sets import pick, serving_examples, short_examples, training_examples
from lmrs_plugins.view import View

SEED = 11


def check(case: Case) -> None:
    """It keeps what its card promises, in training and in evaluation, whatever batch an example stands in."""
    with case.check("build"):
        transform = case.build(case.env())
    with case.check("travels"):
        travelled = through_pickle(case, transform, "it", forbidden_in_transforms())
    examples = training_examples(case)
    with case.check("views"):
        before = _copied(examples)
        views = draw(transform, examples)
        _check_promised(case, views, training=True)
        case.require(_unchanged(before, examples), "it changes the examples that it is given: copy before writing")
    with case.check("repeat"):
        _require_same(case, views, draw(transform, examples), "two calls with one seed differ: draw from `rng` alone")
        _require_same(case, views, draw(travelled, examples), "it makes other views once it was pickled to a worker")
    if "batch-level" not in case.card.traits:
        with case.check("alone"):
            _check_alone(case, transform, examples, views)
    with case.check("short"):
        for few in (short_examples(examples), pick(examples, np.arange(1))):
            _check_promised(case, draw(transform, few), training=True)
    serving = serving_examples(case, examples)
    with case.check("evaluation"):
        for few in (serving, short_examples(serving), pick(serving, np.arange(1))):
            made = transform.views(few, None)
            case.require(made, "it makes no view without `rng`: give what a scorer is to look at")
            _check_promised(case, made, training=False)
        case.require(
            "input" not in case.card.emits or "input" in transform.views(serving, None),
            "it leaves `input` out without `rng`: scorers look at it",
        )
        again = "two calls without `rng` differ: be random in training only"
        _require_same(case, transform.views(serving, None), transform.views(serving, None), again)


def draw(transform: Any, examples: Examples) -> dict[str, View]:
    """The training views of some examples."""
    views: dict[str, View] = transform.views(examples, ExampleRandom(SEED, examples.keys))
    return views


def _check_promised(case: Case, views: dict[str, View], training: bool) -> None:
    emits = case.emits()
    unknown = sorted(set(views) - set(emits))
    case.require(
        not unknown,
        f"it makes the view {unknown[:1]}, which its card does not promise under these options: add it to `emits`",
    )
    missing = sorted(set(emits) - set(views))
    case.require(not training or not missing, f"its card promises the view {missing[:1]}, which it does not make")
    for name, view in views.items():
        check_arrays(case, view, case.bundle, f"view {name!r}:")
        case.require(
            dict(view.subjects) == dict(emits[name].rows) and set(view.rows) == set(view.subjects),
            f"view {name!r} has rows {dict(view.subjects)}, its card promises {dict(emits[name].rows)}: let them agree",
        )
        case.require(
            set(view.values) == set(emits[name].values),
            f"view {name!r} has values {sorted(view.values)}, its card promises {sorted(emits[name].values)}: let "
            f"them agree",
        )


def _check_alone(case: Case, transform: Any, examples: Examples, views: dict[str, View]) -> None:
    singles = [draw(transform, pick(examples, np.array([place]))) for place in range(len(examples))]
    for name, view in views.items():
        for field in view.names():
            whole, alone = view[field], [single[name][field] for single in singles]
            if field in view.values and view.mask is None and whole.ndim == 1:
                continue  # may well be places in the batch, which differ alone
            if len(whole) == len(examples) and all(len(one) == 1 for one in alone):
                mine = [row[kept] for row, kept in zip(whole, _kept(view, whole), strict=True)]
                theirs = [one[0][_kept(single[name], one)[0]] for one, single in zip(alone, singles, strict=True)]
            elif field in view.rows:  # flat over the batch, one example after the other
                mine, theirs = [whole], [np.concatenate(alone)]
            else:
                continue
            case.require(
                all(np.array_equal(one, other) for one, other in zip(mine, theirs, strict=True)),
                f"view {name!r}: {field!r} of an example depends on the others in its batch: draw by example from "
                "`rng`, or mark the card `batch-level`",
            )


def _kept(view: View, field: Any) -> Any:
    """Where a field means something; a mask and special codes are compared where the mask is true."""
    if field is view.mask:
        return field
    if field is view.special:
        return np.ones(field.shape, dtype=bool) if view.mask is None else view.mask
    return ordinary(view, field)


def _require_same(case: Case, one: dict[str, View], other: dict[str, View], expected: str) -> None:
    case.require(set(one) == set(other), expected)
    for name in one:
        require_equal(case, one[name], other[name], expected)


def _copied(examples: Examples) -> dict[str, Any]:
    return {
        name: np.array(column.values if isinstance(column, Ragged) else column)
        for name, column in examples.columns.items()
    }


def _unchanged(before: dict[str, Any], examples: Examples) -> bool:
    now = _copied(examples)
    return all(np.array_equal(before[name], now[name]) for name in before)
