"""Options of the scorers; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class Popularity(Options):
    """Options of `popularity`: none."""


class ItemKnn(Options):
    """Options of `item-knn`."""

    neighbours: int = Field(default=100, ge=1, description="most similar items kept for each item")
    shrink: float = Field(default=0.0, ge=0, description="added to the denominator of the cosine: mistrusts rare items")
    recent: int = Field(default=0, ge=0, description="only so many last items of a history count; 0: all")
    decay: float = Field(default=1.0, gt=0, le=1, description="weight of an item, multiplied for each one after it")
