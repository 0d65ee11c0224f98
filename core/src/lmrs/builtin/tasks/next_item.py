"""What comes next."""

from __future__ import annotations

import numpy as np

from lmrs.builtin.options import NextItem as Options
from lmrs.builtin.tasks.histories import cases_before, part_events, served
from lmrs_plugins import Bundle, Cases, Env, Examples, Ragged


class NextItem:
    """One case an event of the part: the user's earlier events are the history, its item the one right answer."""

    subject = "item"

    def __init__(self, env: Env, options: Options) -> None:
        self._first = options.targets == "first"

    def cases(self, bundle: Bundle, part: str) -> Cases:
        events = part_events(bundle, part)
        if self._first:
            events = events[np.unique(bundle.users[events], return_index=True)[1]]
        # Before a first event there is nothing to go by.
        events = events[events > bundle.histories.offsets[bundle.users[events]]]
        return cases_before(bundle, events, Ragged(bundle.items[events], np.arange(len(events) + 1)))

    def examples(self, bundle: Bundle, history: Ragged, users: list[int]) -> Examples:
        return served(bundle, history, users)
