"""Options of the samplers; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class Pairs(Options):
    """Options of `pairs`."""

    batch: int = Field(default=1024, ge=1, description="pairs of a batch; the last one of an epoch may be smaller")


class Edges(Options):
    """Options of `edges`."""

    graph: str = Field(default="knowledge", description="the graph, by its name in the data")
    subject: str = Field(default="entity", description="what its nodes are: entity; user for social")
    batch: int = Field(default=1024, ge=1, description="edges of a batch; the last one of an epoch may be smaller")


class Nodes(Options):
    """Options of `nodes`."""

    graph: str = Field(default="knowledge", description="the graph, by its name in the data")
    subject: str = Field(default="entity", description="what its nodes are: entity; user for social")
    batch: int = Field(default=256, ge=1, description="nodes of a batch, which are hidden together")
