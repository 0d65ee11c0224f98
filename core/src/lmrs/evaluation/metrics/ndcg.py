"""Normalised discounted cumulative gain."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.per_case import MISSED, NONE, TIES, Floats, counts, divided, sums
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class Ndcg:
    """Gain 1 a positive, discount 1 / log2(1 + rank) (Järvelin and Kekäläinen, ACM TOIS 2002)."""

    higher_is_better = True

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"NDCG@{self.at}"
        self.definition = (
            f"sum of 1 / log2(1 + rank) over positives of rank at most {self.at}, divided by that of the ideal list, "
            f"which holds the first {self.at} of the case's positives; {TIES}; {MISSED}; {NONE}"
        )

    def values(self, ranked: Ranked) -> Floats:
        within = ranked.ranks <= self.at
        gains = np.where(within, 1 / np.log2(1 + ranked.ranks), 0.0)
        ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(1 + np.arange(1, self.at + 1)))])
        return divided(sums(ranked, gains), ideal[np.minimum(counts(ranked), self.at)])
