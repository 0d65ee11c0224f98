"""Options of the transforms; no torch here."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from lmrs_multimodal.options import MODEL, Subject
from lmrs_plugins import Options
from lmrs_plugins.fields import Fields


class Seen(Options):
    """Options of `seen`."""

    subject: Subject = Field(default="item", description="whose rows: item, user")


class HideBoth(Fields):
    """Options of `hide-both`. Model, subject and fields are those of the nodes that look at the view."""

    model: str | dict[str, Any] = Field(default="ViT-B-32", description=MODEL)
    words: float = Field(default=0.15, gt=0, le=1, description="probability that a token is hidden")
    parts: float = Field(default=0.15, gt=0, le=1, description="probability that a patch is hidden")
    swapped: float = Field(
        default=0.5, ge=0, lt=1, description="share of texts that stand beside the picture of another row"
    )
