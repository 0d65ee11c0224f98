"""Coverage of the catalogue."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.lists import TIED, listed
from lmrs.evaluation.metrics.per_case import Floats
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class Coverage:
    """How much of the catalogue is ever recommended."""

    higher_is_better = True

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"Coverage@{self.at}"
        self.definition = (
            f"share of all rows that stand among the best {self.at} of at least one case, with or without positives; "
            f"one number for all cases, it grows with their number; {TIED}"
        )

    def values(self, ranked: Ranked) -> Floats:
        return np.array([len(np.unique(listed(ranked, self.at))) / ranked.rows if ranked.rows else np.nan])
