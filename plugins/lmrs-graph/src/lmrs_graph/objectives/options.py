"""Options of the objectives; no torch here."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

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


class Link(Options):
    """Options of `link`."""

    score: Literal["dot", "distmult", "transe"] = Field(
        default="distmult",
        description="of an edge: h . t; the sum of h r t; or minus the length of h + r - t",
    )
    loss: Literal["bpr", "bce", "margin"] = Field(
        default="bpr",
        description="right edges score above wrong ones; each is told by itself; or they score above them by `margin`",
    )
    margin: float = Field(default=1.0, gt=0, description="by how much, for loss: margin")
    norm: Literal[1, 2] = Field(default=1, description="how transe measures a length: sum of sizes, or Euclid's")


class MaskedNode(Options):
    """Options of `masked-node`."""

    target: Literal["identity", "field"] = Field(
        default="identity", description="which node it is, among others; or what a field says of it"
    )
    subject: str = Field(default="entity", description="what the nodes are, for target: field")
    field: str = Field(default="", description="a column of texts, or of lists of texts, for target: field")

    @model_validator(mode="after")
    def _with_a_field(self) -> Self:
        if (self.target == "field") != bool(self.field):
            raise ValueError("target: field and the name of a field go together: say both, or neither")
        return self


class MaskedEdge(Options):
    """Options of `masked-edge`."""

    target: Literal["relation", "existence"] = Field(
        default="relation", description="which relation an edge has; or whether it is one, beside wrong ones"
    )
    graph: str = Field(default="knowledge", description="the graph, by its name in the data")
    subject: str = Field(default="entity", description="what its nodes are: entity; user for social")
