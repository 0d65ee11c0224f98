"""Options of the metrics."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins.options import Options


class Cut(Options):
    """Options of a metric that looks at the best few."""

    at: int = Field(default=10, ge=1, description="how many of the best count")


class Reciprocal(Options):
    """Options of `mrr`, which is usually printed once and for the whole list."""

    cut: int = Field(default=0, ge=0, description="how many of the best count; 0 for the whole list")
    every: bool = Field(
        default=False, description="the mean over all positives of a case, as MIND counts, and not the first alone"
    )


class LongTail(Cut):
    """Options of `aplt`."""

    head: float = Field(default=0.8, gt=0, le=1, description="share of the training events that the popular rows hold")
