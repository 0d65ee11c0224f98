"""Options of the fusions; no torch here."""

from __future__ import annotations

from pydantic import Field

from lmrs_plugins import Options


class Attention(Options):
    """Options of `attention`."""

    width: int = Field(default=0, ge=0, description="width of what it gives; 0 takes that of the first input")
    heads: int = Field(default=4, ge=1, description="parts of the width, each of which weighs the inputs on its own")
    dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="chance that an input of a row is left out of a training step, never the last one that the row has",
    )


class CoAttention(Options):
    """Options of `co-attention`."""

    width: int = Field(default=64, ge=1, description="d of both streams")
    heads: int = Field(default=4, ge=1, description="heads of attention; they divide the width")
    layers: int = Field(default=1, ge=1, description="how often the streams look at each other")
    dropout: float = Field(default=0.1, ge=0, lt=1, description="on what each layer adds")


class Pool(Options):
    """Options of `pool`."""

    width: int = Field(default=0, ge=0, description="d of the vectors, by a linear map; 0: that of the states")
