"""Checks of samplers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs_plugins.examples import Examples
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.testing.bindings import forbidden_in_transforms, through_pickle
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.example_sets import pick
from lmrs_plugins.testing.surroundings import rows_of

SEQUENTIAL = "sequential"
"""Trait of a sampler that goes through every epoch in the same order."""


def check(case: Case) -> None:
    """Both methods depend on their arguments alone, and keep the columns of the card."""
    with case.check("build"):
        sampler = case.build(case.env(binding=_Costs()))
    with case.check("epoch"):
        batches = _epoch(case, sampler, 0, 5)
        _require_same(
            case, batches, _epoch(case, sampler, 0, 5), "two calls of epoch(0, 5) differ: seed by the arguments alone"
        )
        _epoch(case, sampler, 1, 5)
        _require_same(
            case, batches, _epoch(case, sampler, 0, 5), "epoch(0, 5) changes after epoch(1, 5): keep no state"
        )
    if SEQUENTIAL not in case.card.traits:
        with case.check("shuffled"):
            same = _equal(batches, _epoch(case, sampler, 1, 5))
            case.require(not same, f"two epochs are the same: draw from the epoch, or mark the card `{SEQUENTIAL}`")
    with case.check("examples"):
        examples = sampler.examples(batches[0])
        _check_examples(case, examples, batches[0])
        for place in (0, len(batches[0]) - 1):
            alone = sampler.examples(batches[0][place : place + 1])
            expected = "an example depends on the other keys of its batch: make it of its own key"
            _require_equal(case, alone, pick(examples, np.array([place])), expected)
        other = sampler.examples(batches[0])
        _require_equal(
            case, examples, other, "two calls of examples() with the same keys differ: depend on the keys alone"
        )
    with case.check("travels"):
        travelled = through_pickle(case, sampler, "it", forbidden_in_transforms())
        expected = "it makes something else once it was pickled to a worker"
        _require_same(case, batches, _epoch(case, travelled, 0, 5), expected)
        _require_equal(case, examples, travelled.examples(batches[0]), expected)
    if "user" in case.columns:
        with case.check("covers"):
            _check_covers(case, sampler, batches)


def _epoch(case: Case, sampler: Any, epoch: int, seed: int) -> list[npt.NDArray[np.int64]]:
    batches = list(sampler.epoch(epoch, seed))
    case.require(batches, "an epoch has no batch")
    for keys in batches:
        sound = isinstance(keys, np.ndarray) and keys.dtype.kind in "iu" and keys.ndim >= 1 and len(keys)
        case.require(sound, "a batch is an integer array of keys with at least one: leave empty batches out")
    return batches


def _check_examples(case: Case, examples: Any, keys: npt.NDArray[np.int64]) -> None:
    case.require(isinstance(examples, Examples), f"examples() gives {type(examples).__name__}: return Examples")
    case.require(
        examples.keys.shape == (len(keys),),
        f"examples().keys has shape {examples.keys.shape}, expected {(len(keys),)}: one number an example",
    )
    distinct = len(np.unique(examples.keys)) == len(np.unique(keys, axis=0))
    case.require(distinct, "different examples share a key: their randomness would be the same; make `keys` distinct")
    case.require(
        set(examples.columns) == set(case.columns),
        f"its examples have columns {sorted(examples.columns)}, its card names {sorted(case.columns)}: let them agree",
    )
    for name, column in examples.columns.items():
        case.require(
            len(column) == len(keys), f"column {name!r} has {len(column)} entries for {len(keys)} keys: one an example"
        )
        values = column.values if isinstance(column, Ragged) else column
        count = rows_of(case.bundle.training(), "item" if name == "target" else name)
        inside = count is None or not len(values) or (values.min() >= 0 and values.max() < count)
        case.require(inside, f"column {name!r} has values beyond the {count} rows of its subject in training")


def _check_covers(case: Case, sampler: Any, batches: list[npt.NDArray[np.int64]]) -> None:
    bundle = case.bundle.training()
    wanted = np.flatnonzero(bundle.histories.lengths > 1)
    found = np.concatenate([sampler.examples(keys).array("user") for keys in batches])
    missing = np.setdiff1d(wanted, found)
    case.require(
        not len(missing),
        f"{len(missing)} of {len(wanted)} users with two or more training events are in no batch of an epoch: cover "
        f"all, or "
        "exempt it with the reason",
    )


def _equal(one: list[npt.NDArray[np.int64]], other: list[npt.NDArray[np.int64]]) -> bool:
    return len(one) == len(other) and all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))


def _require_same(case: Case, one: Any, other: Any, expected: str) -> None:
    case.require(_equal(one, other), expected)


def _require_equal(case: Case, one: Examples, other: Examples, expected: str) -> None:
    case.require(np.array_equal(one.keys, other.keys), expected)
    for name, column in one.columns.items():
        same = _arrays(column), _arrays(other.columns[name])
        case.require(all(np.array_equal(mine, theirs) for mine, theirs in zip(*same, strict=True)), expected)


def _arrays(column: npt.NDArray[np.int64] | Ragged) -> list[npt.NDArray[np.int64]]:
    return [column.values, column.offsets] if isinstance(column, Ragged) else [column]


class _Costs(Mapping[str, Any]):
    """Bindings by node, for samplers with a budget: every name is a node whose rows cost one to seven."""

    def __getitem__(self, name: str) -> Any:
        return self

    def __iter__(self) -> Iterator[str]:
        return iter(("item",))

    def __len__(self) -> int:
        return 1

    def cost(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(n,)"""
        return 1 + rows % 7
