"""Mean reciprocal rank."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.per_case import MISSED, NONE, TIES, Floats, counts, divided, sums
from lmrs.evaluation.options import Reciprocal
from lmrs_plugins.metric import Ranked


class Mrr:
    """How far down the first right answer stands, or all of them."""

    higher_is_better = True

    def __init__(self, options: Reciprocal | None = None) -> None:
        options = options or Reciprocal()
        self.cut, self._every = options.cut, options.every
        self.name = ("MRR-every" if self._every else "MRR") + (f"@{self.cut}" if self.cut else "")
        first = "1 / rank of the case's best ranked positive"
        which = "mean of 1 / rank over the case's positives" if self._every else first
        within = f", 0 if that is beyond {self.cut}" if self.cut else ", over the whole list"
        self.definition = f"{which}{within}; {TIES}; {MISSED}; {NONE}"

    def values(self, ranked: Ranked) -> Floats:
        each = np.where(ranked.ranks <= (self.cut or np.inf), 1 / ranked.ranks, 0.0)
        if self._every:
            return divided(sums(ranked, each), counts(ranked))
        some = counts(ranked) > 0
        found = np.full(len(some), np.nan)
        found[some] = each[ranked.offsets[:-1][some]]
        return found
