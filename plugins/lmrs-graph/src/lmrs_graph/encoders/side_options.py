"""Options of the encoders over side information; no torch here."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from lmrs_plugins import Options


class Side(Options):
    """What encoders over side information say."""

    subject: str = Field(default="item", description="whose rows: item, user")
    columns: list[str] = Field(
        default=["categories"],
        description="columns of the subject whose values count: words, lists of words, numbers (in eight parts)",
    )
    graphs: list[str] = Field(
        default=[],
        description="graphs that count: of one that the subject, or what it is linked to, is in, each relation with "
        "what is at its other end; of one of the subject alone, such as friends, whom it joins",
    )
    width: int = Field(default=0, ge=0, description="d of what it gives; 0: of what comes in")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.columns and not self.graphs:
            raise ValueError("names no side information: say columns, graphs or both")
        return self


class SharedCompGcn(Side):
    """Options of `shared-compgcn`."""

    layers: int = Field(default=2, ge=1, description="how far vectors go")
    bases: int = Field(
        default=5, ge=0, description="vectors of which those of the values are mixtures; 0: a free one for each value"
    )
    mean: Literal["values", "neighbours"] = Field(
        default="values",
        description="values: of what each of a row's values joins it with, then over these; neighbours: over all at "
        "once, where a value that many have outweighs the others",
    )
    dropout: float = Field(default=0.0, ge=0, lt=1, description="between two layers")


class SimilarGcn(Side):
    """Options of `similar-gcn`."""

    layers: int = Field(default=3, ge=1, description="how far vectors go")
    most: int = Field(default=50, ge=1, description="rows most like a row that count for it")
