"""Area under the ROC curve, within each case."""

from __future__ import annotations

import numpy as np

from lmrs.evaluation.metrics.per_case import NONE, Floats, counts, divided, places, sums
from lmrs_plugins.metric import Ranked
from lmrs_plugins.options import Options


class Auc:
    """How often a right answer stands before a wrong one."""

    name = "AUC"
    higher_is_better = True
    definition = (
        "share of the pairs of a positive and another candidate of the same case in which the positive scores "
        f"higher; a tie counts half; a positive that was not ranked stands behind all; {NONE}, nor do those without "
        "other candidates"
    )

    def __init__(self, options: Options | None = None) -> None: ...

    def values(self, ranked: Ranked) -> Floats:
        found = np.isfinite(ranked.ranks)
        others = ranked.candidates - sums(ranked, found)
        # Before the j-th of its case stand rank - 1 candidates, of which j - 1 are positives.
        ahead = np.where(found, ranked.ranks - places(ranked), 0.0)
        before = sums(ranked, found) * others - sums(ranked, ahead)
        return divided(before, counts(ranked) * others)
