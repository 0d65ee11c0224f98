"""Options of the transforms; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options


class Negatives(Options):
    """Options of `negatives`."""

    negatives: int = Field(
        default=1,
        ge=1,
        description="items drawn for each pair, evenly among those that the user did not take",
    )


class Corrupt(Options):
    """Options of `corrupt`."""

    graph: str = Field(default="knowledge", description="the graph, by its name in the data")
    subject: str = Field(default="entity", description="what its nodes are: entity; user for social")
    negatives: int = Field(default=1, ge=1, description="wrong edges for each right one")
    side: Literal["tail", "head", "both"] = Field(
        default="both", description="the end that another node stands in for; both: either, as it comes"
    )


class Triples(Corrupt):
    """Options of `triples`."""


class Hide(Options):
    """Options of `hide`."""

    subject: str = Field(default="entity", description="what the nodes are: entity; user for social")
    negatives: int = Field(default=20, ge=1, description="other nodes for each hidden one")
