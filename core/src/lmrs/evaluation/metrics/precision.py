"""Precision."""

from __future__ import annotations

from lmrs.evaluation.metrics.per_case import MISSED, NONE, TIES, Floats, counted, hits
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class Precision:
    """How much of the list is right."""

    higher_is_better = True

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"Precision@{self.at}"
        self.definition = (
            f"positives of rank at most {self.at}, divided by {self.at} even where fewer candidates were ranked; "
            f"{TIES}; {MISSED}; {NONE}"
        )

    def values(self, ranked: Ranked) -> Floats:
        return counted(ranked, hits(ranked, self.at) / self.at)
