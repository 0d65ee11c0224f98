"""Whether what is recommended is more popular than what was chosen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lmrs.evaluation.metrics.lists import TIED, averaged
from lmrs.evaluation.metrics.per_case import Floats, divided
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked
from lmrs_plugins.ragged import Ragged

_CASES = 1 << 14


class PopularityLift:
    """Popularity lift (Abdollahpouri, Mansoury, Burke and Mobasher, RecSys 2020)."""

    higher_is_better = False

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"PopLift@{self.at}"
        self.definition = (
            f"(r - h) / h, where r is the mean training events of the best {self.at} of a case and h that of the rows "
            "that it has seen, each averaged over the cases that have both: 0 is as popular as what people chose, 1 "
            f"twice as popular; one number for all cases; {TIED}"
        )

    def values(self, ranked: Ranked) -> Floats:
        events, seen = ranked.popularity, ranked.seen
        if events is None or seen is None:
            return np.array([np.nan])
        had, given = _averages(seen, events), averaged(ranked, self.at, events)
        both = ~np.isnan(had + given)
        if not had[both].sum():
            return np.array([np.nan])
        return np.array([given[both].sum() / had[both].sum() - 1])


def _averages(seen: Ragged, events: npt.NDArray[np.int64]) -> Floats:
    """(C,) mean training events of what each case has seen, NaN where that is nothing; histories may be long."""
    total = np.zeros(len(seen))
    for start in range(0, len(seen), _CASES):
        cases = np.arange(start, min(start + _CASES, len(seen)))
        block = seen.take(cases)
        total[cases] = np.bincount(block.owners(), weights=events[block.values], minlength=len(block))
    return divided(total, seen.lengths)
