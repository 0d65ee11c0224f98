"""Checks of metrics, on ranks made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs_plugins.metric import Ranked
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.testing.case import Case

ROWS, TOP = 30, 12
RANKS: tuple[tuple[float, ...], ...] = (
    (1,),
    (3,),
    (12,),
    (29,),
    (float("inf"),),
    (2, 5, 9),
    (1, 2),
    (7, float("inf")),
    (),
)
"""Cases: first, third, last of the list, beyond it, never ranked; several positives; none at all."""


def check(case: Case) -> None:
    """A value a case that depends on that case, gets no worse as ranks get better, and does not see padding."""
    with case.check("build"):
        metric = case.call(case.load())
        for name in ("name", "definition"):
            said = getattr(metric, name, None)
            case.require(
                isinstance(said, str) and said and "\n" not in said, f"its `{name}` is {said!r}: say it in one line"
            )
        case.require(isinstance(metric.higher_is_better, bool), "its `higher_is_better` is True or False")
    with case.check("values"):
        ranked = made(RANKS)
        before = [ranked.ranks.copy(), ranked.top.copy()]
        values = _values(case, metric, ranked)
        each = values.shape == (len(RANKS),)
        case.require(
            each or values.shape == (1,), f"values have shape {values.shape}: one a case, or a single one for all"
        )
        case.require(not np.isinf(values).any(), "a value is infinite: NaN says that a case does not count")
        untouched = np.array_equal(before[0], ranked.ranks) and np.array_equal(before[1], ranked.top)
        case.require(untouched, "it changes the ranks that it is given: copy before writing")
    with case.check("padding"):
        wider = np.pad(ranked.top, ((0, 0), (0, 4)), constant_values=-1)
        padded = replace(ranked, top=wider)
        case.require(
            _same(values, _values(case, metric, padded)), "it changes as `top` is padded with -1: skip what is below 0"
        )
    with case.check("unknown"):
        bare = _values(case, metric, replace(ranked, popularity=None, seen=None))
        case.require(bare.shape == values.shape, "without `popularity` and `seen` it gives as many values, or NaN")
    if each:
        with case.check("alone"):
            for place, ranks in enumerate(RANKS):
                single = _values(case, metric, made((ranks,), place))
                case.require(_same(values[[place]], single), "the value of a case depends on the other cases")
    with case.check("better"):
        better = made(tuple(tuple(float(max(1, rank // 2)) for rank in ranks) for ranks in _apart()))
        worse = made(_apart())
        gain = np.nan_to_num(_values(case, metric, better) - _values(case, metric, worse))
        gain = gain if metric.higher_is_better else -gain
        case.require((gain >= -1e-12).all(), "it gets worse as ranks get better: mend it, or `higher_is_better`")


def made(cases: tuple[tuple[float, ...], ...], first: int = 0) -> Ranked:
    """Cases of 30 candidates with these ranks, a list of 12 and one to four seen; `first` numbers the first case."""
    offsets = np.concatenate([[0], np.cumsum([len(ranks) for ranks in cases])]).astype(np.int64)
    ranks = np.array([rank for one in cases for rank in one], dtype=np.float64)
    top = (np.arange(TOP) + 3 * (first + np.arange(len(cases)))[:, None]) % ROWS
    seen = Ragged.of([(7 * (first + case) + np.arange(1 + (first + case) % 4)) % ROWS for case in range(len(cases))])
    everything = np.full(len(cases), ROWS, dtype=np.int64)
    return Ranked(ranks, offsets, top.astype(np.int64), everything, ROWS, np.arange(ROWS) ** 2 // 3, seen)


def _apart() -> tuple[tuple[float, ...], ...]:
    return tuple(ranks for ranks in RANKS if len(ranks) == 1 and np.isfinite(ranks).all())


def _values(case: Case, metric: Any, ranked: Ranked) -> npt.NDArray[np.float64]:
    values: npt.NDArray[np.float64] = metric.values(ranked)
    case.require(isinstance(values, np.ndarray) and values.dtype.kind == "f", "values() gives an array of floats")
    return values


def _same(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, equal_nan=True))
