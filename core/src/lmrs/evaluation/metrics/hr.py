"""Hit rate."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.per_case import MISSED, NONE, TIES, Floats, counted, hits
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class HitRate:
    """Whether any right answer is found; the same as recall where a case has one positive."""

    higher_is_better = True

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"HR@{self.at}"
        self.definition = f"1 if any positive has rank at most {self.at}, else 0; {TIES}; {MISSED}; {NONE}"

    def values(self, ranked: Ranked) -> Floats:
        return counted(ranked, (hits(ranked, self.at) > 0).astype(np.float64))
