"""Rows in chunks of a bounded cost, so that each chunk is padded to its own longest row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs_plugins import PluginError

Places = npt.NDArray[np.int64]


def costs_of(name: str, binding: Any, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """(n,) what the rows of a node cost, as its binding says; a row of a binding that says nothing costs one."""
    if not hasattr(binding, "cost"):
        return np.ones(len(rows), dtype=np.int64)
    costs = np.asarray(binding.cost(rows))
    if costs.shape != rows.shape or costs.dtype.kind not in "iu":
        raise PluginError(
            f"node {name!r}: cost() of its binding gives {costs.dtype} of shape {costs.shape}: one whole number a row"
        )
    return costs.astype(np.int64)


def chunks(costs: npt.NDArray[np.int64], budget: int) -> list[Places]:
    """Places of rows by chunk, ascending in each, the dearest chunk first.

    Number of rows times cost of the dearest stays within the budget; a row that alone is above it is a chunk of its
    own.
    """
    order = np.argsort(-costs, kind="stable")
    found, start = [], 0
    while start < len(order):
        stop = start + max(1, budget // max(1, int(costs[order[start]])))
        found.append(np.sort(order[start:stop]))
        start = stop
    return found or [order]


def alike(costs: npt.NDArray[np.int64], most: int) -> list[Places]:
    """Places of rows by chunk of `most`, those of like cost together, ascending in each, the dearest chunk first."""
    order = np.argsort(-costs, kind="stable")
    return [np.sort(order[start : start + most]) for start in range(0, max(len(order), 1), most)]


def place_in(parts: list[Places]) -> Places | None:
    """(n,) where each row stands in the chunks one after the other; None where they are in order."""
    if len(parts) == 1:
        return None
    place = np.argsort(np.concatenate(parts), kind="stable")
    return None if np.array_equal(place, np.arange(len(place))) else place
