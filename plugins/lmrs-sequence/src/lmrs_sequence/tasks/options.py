"""Options of the tasks; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_sequence.cut import Cut


class Sessions(Cut):
    """Options of `sessions`."""

    targets: Literal["last", "each"] = Field(
        default="last",
        description="a case for the last event of each session that is in the part, or for each but its first",
    )
    length: int = Field(
        default=0, ge=0, description="longer sessions are cut, each piece a session of its own; 0: they are not"
    )
