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
    cosine: bool = Field(
        default=False,
        description="compare directions only, by the mean over types of data; an `attention` of about .5 and a "
        "`temperature` of about .1 go with it",
    )
    attention: float = Field(
        default=1.0, gt=0, description="what inner products are divided by in the softmax; large: all weighs alike"
    )
    temperature: float = Field(default=1.0, gt=0, description="what scores are divided by")
