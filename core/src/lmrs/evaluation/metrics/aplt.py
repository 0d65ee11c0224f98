"""Share of the long tail among what is recommended."""

from __future__ import annotations

from lmrs.evaluation.metrics.lists import EMPTY, TIED, averaged, unknown
from lmrs.evaluation.metrics.per_case import Floats
from lmrs.evaluation.options import LongTail
from lmrs.evaluation.popularity import ahead
from lmrs_plugins.metric import Ranked


class Aplt:
    """Average percentage of long-tail rows (Abdollahpouri et al., FLAIRS 2019), as a share of 1."""

    higher_is_better = True

    def __init__(self, options: LongTail) -> None:
        self.at, self._head = options.at, options.head
        self.name = f"APLT@{self.at}" if self._head == 0.8 else f"APLT({self._head:g})@{self.at}"
        self.definition = (
            f"share of the best {self.at} of a case that are of the long tail: rows without training events, and "
            f"rows whose more popular ones hold at least {100 * self._head:g}% of all training events; {TIED}; {EMPTY}"
        )

    def values(self, ranked: Ranked) -> Floats:
        events = ranked.popularity
        if events is None:
            return unknown(ranked)
        return averaged(ranked, self.at, ahead(events) >= self._head * events.sum())
