"""Mean average precision."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.per_case import MISSED, NONE, TIES, Floats, counts, divided, places, sums
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class MeanAveragePrecision:
    """Precision at each right answer."""

    higher_is_better = True

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"MAP@{self.at}"
        self.definition = (
            f"sum of j / rank over positives of rank at most {self.at}, where the j-th is meant, divided by "
            f"{self.at} or the number of the case's positives, whichever is less (trec_eval: always the latter); "
            f"{TIES}; {MISSED}; {NONE}"
        )

    def values(self, ranked: Ranked) -> Floats:
        precision = np.where(ranked.ranks <= self.at, places(ranked) / ranked.ranks, 0.0)
        return divided(sums(ranked, precision), np.minimum(counts(ranked), self.at))
