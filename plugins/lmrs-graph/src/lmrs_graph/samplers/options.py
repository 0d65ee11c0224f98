"""Options of the samplers; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class Pairs(Options):
    """Options of `pairs`."""

    batch: int = Field(default=1024, ge=1, description="pairs of a batch; the last one of an epoch may be smaller")
