"""The light half of a node: what travels to the loader's workers."""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lmrs_plugins.bundle import Bundle
from lmrs_plugins.env import Env
from lmrs_plugins.testing.case import Case
from lmrs_plugins.testing.generated import grown
from lmrs_plugins.testing.surroundings import rows_of
from lmrs_plugins.view import View


def check(case: Case, bench: Any) -> None:
    """It travels, gives views of arrays with a row for each row, and says costs and keys that are what they should."""
    binding = bench.binding
    evaluation = case.card.evaluation
    if binding is None:
        if evaluation == "rows":
            case.require(
                case.card.takes,
                "it is evaluated by rows and has neither ports nor a `bind`: add `bind`, or evaluate it as a lookup",
            )
        return
    travelled = through_pickle(case, binding, "its binding")
    if evaluation == "table":
        case.require(hasattr(binding, "whole"), "it is evaluated as a table: its binding needs `whole()`")
        check_arrays(case, binding.whole(), bench.env.bundle, "its binding's whole()")
        if hasattr(binding, "on"):
            again = "its binding gives something else `on` the data that it met: leave what was fitted as it is"
            require_equal(case, binding.whole(), binding.on(bench.env.bundle).whole(), again)
        return
    rows = bench.rows()
    for rng in (None, np.random.default_rng(1)):
        view = binding.rows(rows, rng)
        check_arrays(case, view, bench.env.bundle, "its binding's rows()")
        for name in view.names():
            case.require(
                len(view[name]) == len(rows),
                f"its binding gives {name!r} of first axis {len(view[name])} for {len(rows)} rows: one entry a row",
            )
    same = "its binding gives something else for the same rows without a generator: be random only with `rng`"
    require_equal(case, binding.rows(rows, None), binding.rows(rows, None), same)
    require_equal(
        case, binding.rows(rows, None), travelled.rows(rows, None), "its binding gives something else unpickled"
    )
    if bench.subject() == "event":
        case.require(hasattr(binding, "on"), "it is of events: its binding needs `on(bundle)`, for histories of others")
    if hasattr(binding, "on"):
        _check_other_data(case, bench, binding, rows)
    if hasattr(binding, "cost"):
        cost = np.asarray(binding.cost(rows))
        case.require(
            cost.shape == rows.shape and cost.dtype.kind in "iu" and bool((cost >= 0).all()),
            f"its binding's cost() has shape {cost.shape} and type {cost.dtype}: one whole number a row",
        )
    if hasattr(binding, "keys"):
        _check_keys(case, binding, travelled, rows)


def _check_other_data(case: Case, bench: Any, binding: Any, rows: npt.NDArray[np.int64]) -> None:
    """On the data that it met it is the same, and so are its rows on data with more of them."""
    data, subject = bench.env.bundle, bench.subject()
    again = "its binding gives something else `on` the data that it met: leave what was fitted as it is"
    require_equal(case, binding.rows(rows, None), binding.on(data).rows(rows, None), again)
    if subject in data.vocabularies:
        more = binding.on(grown(data, subject))
        later = "its binding gives something else of old rows `on` data with more of them: leave what was fitted"
        require_equal(case, binding.rows(rows, None), more.rows(rows, None), later)
        more.rows(np.arange(data.count(subject), data.count(subject) + 1), None)


def _check_keys(case: Case, binding: Any, travelled: Any, rows: npt.NDArray[np.int64]) -> None:
    """A digest a row, the same wherever the row is asked for, and one key never stands for two inputs."""
    keys = np.asarray(binding.keys(rows))
    case.require(
        keys.shape == rows.shape and keys.dtype == "S16",
        f"its binding's keys() have shape {keys.shape} and type {keys.dtype}: one digest of type S16 a row",
    )
    case.require(
        np.array_equal(keys, np.asarray(travelled.keys(rows))),
        "its binding's keys() differ unpickled: make them of the inputs, with a hash that is the same in every process",
    )
    inputs: dict[bytes, bytes] = {}
    for place, key in enumerate(keys.tolist()):
        one = rows[place : place + 1]
        case.require(
            np.asarray(binding.keys(one)).tolist() == [key],
            "its binding's keys() of a row depend on the rows beside it: make each of its own inputs",
        )
        if key:
            view = binding.rows(one, None)
            content = b"".join(f"{name} {view[name].shape}".encode() + view[name].tobytes() for name in view.names())
            case.require(
                inputs.setdefault(key, content) == content,
                "its binding gives one key to rows with other inputs: what is kept of one would be taken for the other",
            )


def through_pickle(case: Case, found: Any, what: str, forbidden: Sequence[type] = ()) -> Any:
    """`found` after a journey to a worker; raises where it cannot travel or takes along what it should not."""
    torch = sys.modules.get("torch")
    heavy = ((torch.Tensor, torch.nn.Module) if torch else ()) + tuple(forbidden)
    taken: list[str] = []

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj: Any) -> None:
            if isinstance(obj, heavy):
                taken.append(type(obj).__name__)

    buffer = io.BytesIO()
    failed, travelled = "", None
    try:
        Pickler(buffer).dump(found)
        travelled = pickle.loads(buffer.getvalue())
    except Exception as error:
        failed = str(error)
    kept = taken[0] if taken else ""
    case.require(not taken, f"{what} takes its {kept} along to the workers: keep plain arrays of what it needs")
    case.require(
        not failed,
        f"{what} cannot be pickled to a worker ({failed}): hold plain data, reopen files in each process",
    )
    return travelled


def forbidden_in_transforms() -> tuple[type, ...]:
    """What a transform or sampler does not keep."""
    return (Env, Bundle)


def check_arrays(case: Case, view: View, bundle: Bundle, what: str) -> None:
    """Numpy arrays; rows are whole numbers within their subject, where they mean something; masks are boolean."""
    case.require(isinstance(view, View), f"{what} gives {type(view).__name__}: return a View")
    for name in view.names():
        case.require(
            isinstance(view[name], np.ndarray),
            f"{what} gives {name!r} as {type(view[name]).__name__}: arrays are numpy in the workers",
        )
    for name, rows in view.rows.items():
        subject = view.subjects.get(name)
        case.require(subject, f"{what} gives rows {name!r} and does not say of which subject: name it in `subjects`")
        case.require(rows.dtype.kind in "iu", f"{what} gives rows {name!r} of type {rows.dtype}: rows are int64")
        count = rows_of(bundle, str(subject))
        keep = ordinary(view, rows)
        inside = count is None or bool(((rows[keep] >= 0) & (rows[keep] < count)).all())
        case.require(
            inside, f"{what} gives {name!r} beyond the {count} rows of {subject!r}: pad with a false mask, not a row"
        )
    if view.mask is not None:
        case.require(view.mask.dtype == np.bool_, f"{what} gives a mask of type {view.mask.dtype}: make it bool")
    if view.special is not None:
        case.require(
            view.special.dtype.kind in "iu", f"{what} gives special codes of type {view.special.dtype}: make them int64"
        )


def ordinary(view: View, field: Any) -> Any:
    """(…) true where a field's entries mean something: under a true mask, and no special code."""
    keep = np.ones(field.shape, dtype=bool)
    for mask in (view.mask, None if view.special is None else view.special == 0):
        if mask is not None and field.shape[: mask.ndim] == mask.shape:
            keep &= mask.reshape(mask.shape + (1,) * (field.ndim - mask.ndim))
    return keep


def require_equal(case: Case, one: View, other: View, expected: str) -> None:
    """Raise `expected` unless two views are equal in every field."""
    case.require(one.names() == other.names() and one.subjects == other.subjects, expected)
    for name in one.names():
        case.require(one[name].shape == other[name].shape and np.array_equal(one[name], other[name]), expected)
