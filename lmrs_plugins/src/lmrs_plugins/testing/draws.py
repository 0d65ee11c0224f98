"""Views for an objective or scorer: from its author, from a transform beside it, or made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs_plugins.ports import ViewType, holds
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.example_sets import pick, serving_examples, training_examples
from lmrs_plugins.testing.surroundings import rows_of
from lmrs_plugins.testing.transforms import draw
from lmrs_plugins.testing.views import tensors
from lmrs_plugins.view import View

MADE_UP = (6, 5)
"""B and L of views that are made up."""
FREE = ("mask", "special")


@dataclass(frozen=True)
class Draw:
    """`views(index)` are the views of some of `size` examples, as tensors; `tied` where they depend on each other."""

    size: int
    views: Callable[[npt.NDArray[np.int64]], dict[str, View]]
    tied: bool = False


def draw_for(case: Case, training: bool) -> Draw:
    """Views with everything that the card pulls and reads under these options."""
    given = case.given()
    if given is not None:
        views = {name: tensors(view) for name, view in given.items()}
        size = len(next(iter(views.values()))[next(iter(views.values())).names()[0]])
        return Draw(size, lambda index: {name: _slice(view, size, index) for name, view in views.items()})
    wanted = _wanted(case)
    for card in case.siblings:
        if card.family == "transform":
            found = _from_transform(case.sibling(card), wanted, training)
            if found is not None:
                return found
    views = {name: tensors(_made_up(case, name, fields)) for name, fields in wanted.items()}
    return Draw(MADE_UP[0], lambda index: {name: _slice(view, MADE_UP[0], index) for name, view in views.items()})


def _wanted(case: Case) -> dict[str, set[str]]:
    """View names to the subjects and fields that are wanted in them; `candidates` is the host's."""
    pulled = [pull for pull in case.card.pulls if pull.view and pull.view != "candidates"]
    held = [pull for pull in pulled if holds(pull.when, case.plain)]
    wanted: dict[str, set[str]] = {pull.view: set() for pull in held}
    for pull in held:
        subject = case.card.takes[pull.port].subject
        wanted[pull.view].add(subject if rows_of(case.bundle, subject) is not None else "")
    left_out = {pull.view for pull in pulled} - set(wanted)
    for read in case.card.reads:
        view, _, field = read.partition(".")
        if view not in left_out and view != "candidates":
            wanted.setdefault(view, set()).update({field} - set(FREE))
    return wanted


def _from_transform(beside: Case, wanted: Mapping[str, set[str]], training: bool) -> Draw | None:
    """The draw of a transform that promises all that is wanted; None where it does not, or cannot be made."""
    try:
        emits = beside.emits()
        if not wanted or not all(name in emits and _has(emits[name], fields) for name, fields in wanted.items()):
            return None
        transform = beside.build(beside.env())
        examples = training_examples(beside)
    except AssertionError:
        return None  # its own checks say what is wrong with it
    if not training:
        examples = serving_examples(beside, examples)

    def views(index: npt.NDArray[np.int64]) -> dict[str, View]:
        few = pick(examples, index)
        made: dict[str, View] = draw(transform, few) if training else transform.views(few, None)
        return {name: tensors(view) for name, view in made.items()}

    return Draw(len(examples), views, "batch-level" in beside.card.traits)


def _has(kind: ViewType, fields: set[str]) -> bool:
    return all(field in (*kind.rows, *kind.rows.values(), *kind.values) for field in fields - {""})


def _made_up(case: Case, name: str, fields: set[str]) -> View:
    """Rows by subject in (B, L) lists of unequal length; the same mask in every view."""
    rng = np.random.default_rng(len(name))
    mask = np.arange(MADE_UP[1]) < np.array([5, 3, 1, 4, 5, 2])[:, None]
    rows: dict[str, Any] = {}
    subjects: dict[str, str] = {}
    for field in sorted(fields - {""}) or ["item"]:
        subject = next((port.subject for port in case.card.takes.values() if port.at == field), field)
        count = rows_of(case.bundle.training(), subject)
        case.require(
            count is not None,
            f"no transform of this plugin makes a view {name!r} with {field!r}, and it cannot be made up: pass "
            f"inputs={{{case.card.name!r}: {{{name!r}: View(…)}}}}",
        )
        rows[field], subjects[field] = rng.integers(0, count or 1, mask.shape) * mask, subject
    if "item" not in subjects.values():
        rows["item"], subjects["item"] = rng.integers(0, case.bundle.count("item"), mask.shape) * mask, "item"
    return View(rows, subjects, {}, mask)


def _slice(view: View, size: int, index: npt.NDArray[np.int64]) -> View:
    return view.map(lambda array: array[index] if len(array) == size else array)
