"""Mean reciprocal rank."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.per_case import MISSED, NONE, TIES, Floats, counts
from lmrs.evaluation.options import Reciprocal
from lmrs_plugins.metric import Ranked


class Mrr:
    """How far down the first right answer stands."""

    higher_is_better = True

    def __init__(self, options: Reciprocal | None = None) -> None:
        self.cut = options.cut if options else 0
        self.name = f"MRR@{self.cut}" if self.cut else "MRR"
        within = f", 0 if that is beyond {self.cut}" if self.cut else ", over the whole list"
        self.definition = f"1 / rank of the case's best ranked positive{within}; {TIES}; {MISSED}; {NONE}"

    def values(self, ranked: Ranked) -> Floats:
        some = counts(ranked) > 0
        found = np.full(len(some), np.nan)
        first = ranked.ranks[ranked.offsets[:-1][some]]
        found[some] = np.where(first <= (self.cut or np.inf), 1 / first, 0.0)
        return found
