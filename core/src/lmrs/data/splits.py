"""Which events are held out: by user, by moment, or whole users."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs.data.filters import occurrences
from lmrs.data.radix import ranked
from lmrs.data.settings import LeaveOneOut, Temporal, Users
from lmrs_plugins.errors import InputError

TRAIN, VALID, TEST, CONTEXT = 0, 1, 2, 3

Part = npt.NDArray[np.int8]


def split(
    users: npt.NDArray[np.int64],
    times: npt.NDArray[np.float64] | None,
    settings: LeaveOneOut | Temporal | Users,
    notes: list[str],
) -> Part:
    """The part of every event, (events,) int8.

    `users` is (events,) ascending; `times` (events,) ascending within each user, NaN where unknown.
    """
    if isinstance(settings, Temporal):
        return _temporal(times, settings, notes)
    part = _leave_one_out(users, notes) if isinstance(settings, LeaveOneOut) else _users(users, settings, notes)
    if times is not None:
        _say_what_leaks(part, times, settings.by, notes)
    return part


def _say_what_leaks(part: Part, times: npt.NDArray[np.float64], by: str, notes: list[str]) -> None:
    """A split that is none in time trains on what others did after the moment of a case."""
    last = np.fmax.reduce(times, where=part == TRAIN, initial=-np.inf)
    asked = np.count_nonzero(part == TEST)
    early = np.count_nonzero((part == TEST) & (times < last))
    if early:
        notes.append(
            f"{early} of {asked} test events are earlier than the last training event: a split by {by} trains on what "
            "others did later; data.split.by=temporal does not"
        )


def _ends(users: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each user the number of events, and the place after the last."""
    sizes = occurrences(users, np.broadcast_to(np.True_, len(users)))
    return sizes, np.cumsum(sizes)


def _leave_one_out(users: npt.NDArray[np.int64], notes: list[str]) -> Part:
    sizes, ends = _ends(users)
    part = np.full(len(users), TRAIN, dtype=np.int8)
    enough = sizes >= 3
    if not enough.any():
        raise InputError(
            f"leave-one-out needs users with 3 events and none of {len(sizes)} has them; use another data.split.by"
        )
    part[ends[enough] - 1] = TEST
    part[ends[enough] - 2] = VALID
    if not enough.all():
        notes.append(f"{np.count_nonzero(~enough)} users with fewer than 3 events are trained on and not tested")
    return part


def _temporal(times: npt.NDArray[np.float64] | None, settings: Temporal, notes: list[str]) -> Part:
    if times is None:
        raise InputError(
            "a temporal split needs a timestamp: the data have none; name the column with data.columns.timestamp"
        )
    known = ~np.isnan(times)
    count = int(np.count_nonzero(known))
    if not count or np.fmin.reduce(times) == np.fmax.reduce(times):
        raise InputError("a temporal split needs events at different times: all of timestamp is equal or missing")
    first = ranked(times, int(count * (1 - settings.valid - settings.test)))
    second = ranked(times, int(count * (1 - settings.test)))
    part = np.full(len(times), TRAIN, dtype=np.int8)
    part[times >= first] = VALID
    part[times >= second] = TEST
    # An event without a time may be later than the cut: nothing may learn from it.
    part[~known] = CONTEXT
    for name, code in (("train", TRAIN), ("valid", VALID)):
        if not (part == code).any() and (code == TRAIN or settings.valid > 0):
            raise InputError(
                f"a temporal split leaves nothing for {name}: too many events share one timestamp; change the shares"
            )
    if not known.all():
        notes.append(f"{np.count_nonzero(~known)} events without a time are neither trained on nor tested")
    notes.append(f"valid from timestamp {first:.0f}, test from {second:.0f}")
    return part


def _users(users: npt.NDArray[np.int64], settings: Users, notes: list[str]) -> Part:
    sizes, ends = _ends(users)
    able = np.flatnonzero(sizes >= 2)
    valid, test = (round(len(sizes) * share) for share in (settings.valid, settings.test))
    if not test or valid + test >= len(sizes) or valid + test > len(able):
        raise InputError(
            f"a split by users holds out {valid} + {test} of {len(sizes)} users, of whom {len(able)} have 2 events; "
            "change data.split.valid and data.split.test"
        )
    chosen = np.random.default_rng(settings.seed).permutation(able)[: valid + test]
    held = np.zeros(len(sizes), dtype=bool)
    held[chosen] = True
    part = held[users].astype(np.int8) * np.int8(CONTEXT)
    part[ends[chosen[:valid]] - 1] = VALID
    part[ends[chosen[valid:]] - 1] = TEST
    notes.append(f"{valid} users are held out for validation and {test} for the test")
    return part
