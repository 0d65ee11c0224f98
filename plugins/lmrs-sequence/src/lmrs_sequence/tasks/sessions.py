"""What comes next in a session."""

from __future__ import annotations

import numpy as np

from lmrs_plugins import Bundle, Cases, Env, Examples, Ragged
from lmrs_plugins.bundle import PARTS
from lmrs_sequence.sessions import once, pieces, sessions
from lmrs_sequence.tasks.options import Sessions as Options


class Sessions:
    """One case a session, its last event in the part, or one each event: what came before in it is the history.

    Nothing that the user did in other sessions is looked at. What is in the history was seen; there, an item right
    after itself counts once.
    """

    subject = "item"

    def __init__(self, env: Env, options: Options) -> None:
        self._options = options

    def cases(self, bundle: Bundle, part: str) -> Cases:
        whole = sessions(bundle, self._options)
        if self._options.length:
            whole = pieces(whole, self._options.length)
        place = np.arange(len(whole.values))
        starts = np.repeat(whole.offsets[:-1], whole.lengths)
        asked = (place > starts) & _within(bundle, part)[whole.values]
        if self._options.targets == "last":
            asked = asked & (np.maximum.reduceat(place * asked, whole.offsets[:-1]).repeat(whole.lengths) == place)
        events, before = whole.values[asked], once(whole.slices(starts[asked], place[asked]), bundle.items)
        items = Ragged(bundle.items[before.values], before.offsets)
        examples = Examples(events, {"user": bundle.users[events], "item": items, "event": before})
        return Cases(examples, Ragged(bundle.items[events], np.arange(len(events) + 1)), seen=items)

    def examples(self, bundle: Bundle, history: Ragged, users: list[int]) -> Examples:
        nowhere = Ragged(np.full(len(history.values), -1), history.offsets)
        rows = np.asarray(users, dtype=np.int64)
        return Examples(np.arange(len(history)), {"user": rows, "item": history, "event": nowhere})


def _within(bundle: Bundle, part: str) -> np.ndarray:
    if bundle.part is None:
        return np.zeros(bundle.count("event"), dtype=bool)
    return np.asarray(bundle.part == PARTS.index(part))
