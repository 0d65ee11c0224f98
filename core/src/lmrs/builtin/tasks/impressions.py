"""What of all that was shown will be clicked."""

from __future__ import annotations

import numpy as np

from lmrs.builtin.options import Impressions as Options
from lmrs.builtin.tasks.histories import served
from lmrs_plugins import Bundle, Cases, Env, Examples, Ragged
from lmrs_plugins.bundle import IMPRESSION, PARTS


class Impressions:
    """One case an impression of the part in which anything was clicked, ranked among what it showed.

    The history is what the impression says that the user had chosen before. Nothing that was shown is left out as seen,
    whatever `evaluate.seen` says: people click again, and published numbers count it.
    """

    subject = "item"

    def __init__(self, env: Env, options: Options) -> None: ...

    def cases(self, bundle: Bundle, part: str) -> Cases:
        clicks, candidates = (bundle.lists(IMPRESSION, name) for name in ("clicks", "candidates"))
        parts = np.asarray(bundle.values(IMPRESSION, "part").to_numpy())
        rows = np.flatnonzero((parts == PARTS.index(part)) & (clicks.lengths > 0))
        users = np.asarray(bundle.values(IMPRESSION, "user").to_numpy())[rows]
        history, shown = bundle.lists(IMPRESSION, "history").take(rows), candidates.take(rows)
        examples = Examples(rows, {"user": users, "item": history, "candidates": shown})
        return Cases(examples, clicks.take(rows), _without(history, shown, bundle.count("item")), shown)

    def examples(self, bundle: Bundle, history: Ragged, users: list[int]) -> Examples:
        found = served(bundle, history, users)
        nothing = Ragged(np.empty(0, dtype=np.int64), np.zeros(len(history) + 1, dtype=np.int64))
        return Examples(found.keys, {"user": found.array("user"), "item": history, "candidates": nothing})


def _without(lists: Ragged, others: Ragged, rows: int) -> Ragged:
    """Lists without what stands in the other list of the same place."""
    owners = lists.owners()
    kept = ~np.isin(owners * rows + lists.values, others.owners() * rows + others.values)
    lengths = np.bincount(owners[kept], minlength=len(lists))
    return Ragged(lists.values[kept], np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
