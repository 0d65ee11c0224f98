"""Recall."""

from __future__ import annotations

from lmrs.evaluation.metrics.per_case import MISSED, NONE, TIES, Floats, counts, divided, hits
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class Recall:
    """How many of the right answers are found."""

    higher_is_better = True

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"Recall@{self.at}"
        self.definition = (
            f"positives of rank at most {self.at}, divided by all positives of the case (not by {self.at} where there "
            f"are more); {TIES}; {MISSED}; {NONE}"
        )

    def values(self, ranked: Ranked) -> Floats:
        return divided(hits(ranked, self.at), counts(ranked))
