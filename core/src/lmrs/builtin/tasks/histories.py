"""Cases made of what a user did before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Bundle, Cases, Examples, Ragged, Stretches
from lmrs_plugins.bundle import PARTS


def part_events(bundle: Bundle, part: str) -> npt.NDArray[np.int64]:
    """Rows of the events of a part, ascending: by user, then time."""
    if bundle.part is None:
        return np.empty(0, dtype=np.int64)
    return np.flatnonzero(bundle.part == PARTS.index(part)).astype(np.int64)


def cases_before(bundle: Bundle, events: npt.NDArray[np.int64], positives: Ragged) -> Cases:
    """One case for each of `events`: its user's history up to it, without it; what is in the history was seen."""
    users = bundle.users[events]
    starts = bundle.histories.offsets[users]
    items = Stretches(bundle.items, starts, events)
    examples = Examples(events, {"user": users, "item": items, "event": Stretches(None, starts, events)})
    return Cases(examples, positives, seen=items)


def served(bundle: Bundle, history: Ragged, users: list[int]) -> Examples:
    """Examples of histories that are no rows of the data; their events have none either."""
    return Examples(
        np.arange(len(history)),
        {
            "user": np.asarray(users, dtype=np.int64),
            "item": history,
            "event": Ragged(np.full(len(history.values), -1), history.offsets),
        },
    )
