"""Options of the objectives; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class ImageText(Options):
    """Options of `image-text`."""

    temperature: float = Field(default=0.07, gt=0, description="what it starts at")
    learned: bool = Field(default=True, description="the temperature is learnt, and is never below 0.01")
