"""Options of the transforms; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class Negatives(Options):
    """Options of `negatives`."""

    negatives: int = Field(
        default=1,
        ge=1,
        description="items drawn for each pair, evenly among those that the user did not take",
    )
