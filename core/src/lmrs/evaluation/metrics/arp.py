"""Average recommendation popularity."""

from __future__ import annotations

from lmrs.evaluation.metrics.lists import EMPTY, TIED, averaged, unknown
from lmrs.evaluation.metrics.per_case import Floats
from lmrs.evaluation.options import Cut
from lmrs_plugins.metric import Ranked


class Arp:
    """How popular the recommended rows are (Yin et al., VLDB 2012; Abdollahpouri et al., FLAIRS 2019)."""

    higher_is_better = False

    def __init__(self, options: Cut) -> None:
        self.at = options.at
        self.name = f"ARP@{self.at}"
        self.definition = f"mean training events of the best {self.at} of a case; {TIED}; {EMPTY}"

    def values(self, ranked: Ranked) -> Floats:
        return unknown(ranked) if ranked.popularity is None else averaged(ranked, self.at, ranked.popularity)
