"""Options of the samplers; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options


class Rows(Options):
    """Options of `rows`."""

    subject: Literal["item", "user"] = Field(default="item", description="whose rows: item, user")
    batch: int = Field(default=64, ge=1, description="rows of a batch")
