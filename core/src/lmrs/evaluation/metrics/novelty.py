"""Novelty of what is recommended."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.lists import EMPTY, TIED, averaged, unknown
from lmrs.evaluation.metrics.per_case import Floats
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class Novelty:
    """Mean self-information, in bits (Zhou et al., PNAS 2010; Vargas and Castells, RecSys 2011)."""

    higher_is_better = True

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"Novelty@{self.at}"
        self.definition = (
            f"mean of -log2(training events of the row / all training events) over the best {self.at} of a case, in "
            f"bits; a row without training events counts as one with one; {TIED}; {EMPTY}"
        )

    def values(self, ranked: Ranked) -> Floats:
        events = ranked.popularity
        if events is None:
            return unknown(ranked)
        return averaged(ranked, self.at, np.log2(max(events.sum(), 1)) - np.log2(np.maximum(events, 1)))
