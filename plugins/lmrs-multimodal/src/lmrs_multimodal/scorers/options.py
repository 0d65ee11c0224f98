"""Options of the scorers, and of the objective that learns for one; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class CandidateAware(Options):
    """Options of `candidate-aware`, scorer and objective: they have to say the same."""

    scaled: bool = Field(
        default=False, description="inner products are divided by the square root of their width; the paper's are not"
    )
    even: bool = Field(
        default=False, description="all of a history weighs alike, whatever the candidate is: what the idea is worth"
    )
