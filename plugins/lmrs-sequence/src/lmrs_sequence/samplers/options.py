"""Options of the samplers; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options
from lmrs_sequence.cut import Cut


class Windows(Options):
    """Options of `windows`."""

    batch: int = Field(default=128, ge=1, description="windows in a batch; the last batch of an epoch may be smaller")
    length: int = Field(default=50, ge=2, description="most items of a window")
    step: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="distance of two windows as a share of `length` - 1; 1 trains each event once",
    )
    min_length: int = Field(default=2, ge=1, description="users with fewer training events are left out")
    per_user: Literal["all", "last"] = Field(default="all", description="every window of a user, or the last one only")
    bucket: bool = Field(
        default=False,
        description="batches of windows of similar length: saves padding, learns a little less in an epoch",
    )


class Sessions(Cut):
    """Options of `sessions`."""

    length: int = Field(default=20, ge=2, description="most events of an example; longer sessions are cut")
    min_length: int = Field(default=2, ge=1, description="fewest events of an example")
    batch: int = Field(default=128, ge=1, description="examples in a batch")


class Impressions(Options):
    """Options of `impressions`."""

    batch: int = Field(default=64, ge=1, description="clicks in a batch")
