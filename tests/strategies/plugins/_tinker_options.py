"""Options of the adapter; no torch here."""

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options


class Adapter(Options):
    """Options of `adapter`."""

    node: str = Field(default="history", description="the node whose targets get adapters")
    kind: str = Field(default="attention", description="kind of target")
    rank: int = Field(default=2, ge=1, description="width in the middle")
    end: Literal["merge", "drop", "leave"] = Field(default="merge", description="what becomes of it at the stage's end")
    rude: bool = Field(default=False, description="replace the first target in place of wrapping it")
