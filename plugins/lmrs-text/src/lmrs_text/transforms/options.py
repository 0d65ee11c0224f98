"""Options of the transforms; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_text.options import OfTexts


class MaskTokens(OfTexts):
    """Options of `mask-tokens`. Model, fields and length are those of the node that looks at the view."""

    rate: float = Field(default=0.15, gt=0, le=1, description="probability that a token is to be guessed")
    masked: float = Field(default=0.8, ge=0, le=1, description="share of those that the mask token stands in for")
    other: float = Field(default=0.1, ge=0, le=1, description="share of those that a random token stands in for")


class NextTokens(OfTexts):
    """Options of `next-tokens`. Model, fields and length are those of the node that looks at the view."""
