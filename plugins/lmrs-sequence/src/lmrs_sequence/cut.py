"""How the events of a user fall into sessions: options of all that cuts; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class Cut(Options):
    """How the events of a user fall into sessions."""

    gap: float = Field(default=1800.0, gt=0, description="seconds without an event after which a new session begins")
    column: str = Field(
        default="",
        description="a column of the interactions whose value is the same throughout a session; wins over gap",
    )
