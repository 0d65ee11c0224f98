"""Options of the objectives; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options


class Pair(Options):
    """Options of `pair`."""

    loss: Literal["bpr", "bce"] = Field(
        default="bpr",
        description="what happened scores above what did not, pair against pair; or each pair is told by itself",
    )
    decay: float = Field(
        default=0.0,
        ge=0,
        description="half of this times the squared length of the vectors that the pairs of a batch start from: those "
        "on the ports `user_start` and `item_start`, otherwise those that are compared",
    )
