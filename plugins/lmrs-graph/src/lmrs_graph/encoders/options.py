"""Options of the encoders; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class Id(Options):
    """Options of `id`."""

    subject: str = Field(default="item", description="whose rows: user, item, entity")
    width: int = Field(default=64, ge=1, description="d of a vector")
    std: float = Field(default=0.1, gt=0, description="standard deviation of the normal numbers it starts from")


class LightGcn(Options):
    """Options of `lightgcn`."""

    layers: int = Field(default=3, ge=0, description="how often vectors go to the neighbours; 0: never")
