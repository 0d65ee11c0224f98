"""Options of the strategies; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options

Kind = Literal["attention", "feed-forward"]


class Adapters(Options):
    """What both say of where adapters go."""

    nodes: list[str] = Field(default=[], description="nodes that get adapters; empty: all that publish targets")
    modules: list[str] = Field(
        default=[], description="of the modules of these kinds those whose names end so: query, value; empty: all"
    )
    train: list[str] = Field(
        default=[],
        description="what else trains: nodes, published parts, or patterns over the names of parameters; objectives' "
        "own heads always do",
    )
    rate: float = Field(default=1.0, gt=0, description="multiplies the stage's learning rate for the adapters")
    merge: bool = Field(
        default=True, description="at the stage's end what was learnt goes into the weights; false: it is dropped"
    )


class Lora(Adapters):
    """Options of `lora`."""

    kinds: list[Kind] = Field(default=["attention"], min_length=1, description="kinds of modules that get adapters")
    rank: int = Field(default=8, ge=1, description="r of the two matrices of an adapter")
    alpha: float = Field(default=16.0, gt=0, description="an adapter's output is multiplied by alpha / rank")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="on what goes into an adapter")


class Ia3(Adapters):
    """Options of `ia3`."""

    kinds: list[Kind] = Field(
        default=["attention", "feed-forward"], min_length=1, description="kinds of modules that get adapters"
    )
