"""Options of the transforms; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_multimodal.options import Subject
from lmrs_plugins import Options


class Seen(Options):
    """Options of `seen`."""

    subject: Subject = Field(default="item", description="whose rows: item, user")
