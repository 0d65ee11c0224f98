"""Everything that comes."""

from __future__ import annotations

import numpy as np

from lmrs.builtin.options import TopN as Options
from lmrs.builtin.tasks.histories import cases_before, part_events, served
from lmrs_plugins import Bundle, Cases, Env, Examples, Ragged


class TopN:
    """One case a user: the events before its first one of the part are the history, all items of the part are right."""

    subject = "item"

    def __init__(self, env: Env, options: Options) -> None: ...

    def cases(self, bundle: Bundle, part: str) -> Cases:
        events = part_events(bundle, part)
        _, first, counts = np.unique(bundle.users[events], return_index=True, return_counts=True)
        begins = events[first] if len(events) else events
        keep = begins > bundle.histories.offsets[bundle.users[begins]]
        positives = Ragged(bundle.items[events], np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
        return cases_before(bundle, begins[keep], positives.take(np.flatnonzero(keep)))

    def examples(self, bundle: Bundle, history: Ragged, users: list[int]) -> Examples:
        return served(bundle, history, users)
