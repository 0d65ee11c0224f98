"""Concentration of what is recommended."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.lists import TIED, listed
from lmrs.evaluation.metrics.per_case import Floats
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class Gini:
    """Whether a few rows take all places."""

    higher_is_better = False

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"Gini@{self.at}"
        self.definition = (
            f"Gini coefficient of how often each of all rows stands among the best {self.at} of a case: 0 if all "
            f"stand there equally often, near 1 if one row takes every place; one number for all cases; {TIED}"
        )

    def values(self, ranked: Ranked) -> Floats:
        times = np.sort(np.bincount(listed(ranked, self.at), minlength=ranked.rows))
        if not times.sum():
            return np.array([np.nan])
        weights = 2 * np.arange(1, len(times) + 1) - len(times) - 1
        return np.array([(weights * times).sum() / (len(times) * times.sum())])
