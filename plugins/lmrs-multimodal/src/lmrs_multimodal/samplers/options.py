"""Options of the samplers; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_multimodal.options import Subject
from lmrs_plugins import Options


class Pictured(Options):
    """Options of `pictured`."""

    subject: Subject = Field(default="item", description="whose rows: item, user")
    batch: int = Field(default=256, ge=2, description="rows of a batch")
