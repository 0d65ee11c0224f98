"""What need not hold, with the author's reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lmrs_plugins.card import Card


@dataclass
class Exemptions:
    """What an author says need not hold, with reasons, and which of it was met.

    A key is a component (`bag`: nothing of it is checked), a check of one (`bag.padding`) or, for gradients, a
    parameter or the beginning of its name (`bag.gradient.pooler`). `FAMILY/` before it tells two components of one
    name apart.
    """

    reasons: Mapping[str, str] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)

    def excuses(self, card: Card, *rest: str) -> str:
        """The key that exempts it, empty where there is none; it counts as met."""
        for start in (card.name, f"{card.family}/{card.name}"):
            key = ".".join((start, *rest))
            if key in self.reasons:
                self.met.add(key)
                return key
        return ""
