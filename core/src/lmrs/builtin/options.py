"""Options of the host's own components."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from lmrs_plugins.options import Options


class Fusion(Options):
    """Options of `sum`, and of every fusion here."""

    dropout: float = Field(
        default=0.0,
        ge=0,
        lt=1,
        description="chance that an input of a row is left out of a training step, never the last one that the row has",
    )


class Gate(Fusion):
    """Options of `gate`."""

    width: int = Field(default=0, ge=0, description="width of what it gives; 0 takes that of the first input")
    normalize: bool = Field(
        default=True,
        description="each input, once projected, counts by its direction and the gate alone: otherwise the longest "
        "vectors, as those of a language model beside free ones, drown the others",
    )


class MixtureOfExperts(Gate):
    """Options of `mixture-of-experts`."""

    experts: int = Field(default=4, ge=1, description="projections of each input, among which the gate chooses softly")


class Dot(Options):
    """Options of `dot`."""

    cosine: bool = Field(default=False, description="compare directions only")
    lift: float = Field(
        default=0.0,
        description="added to the scores of items without a training event: what is told by its content alone is "
        "recommended more, or less, often than it is right; a few hundredths with `cosine`",
    )


class Everything(Options):
    """Options of the strategies that train all there is."""

    rate: float = Field(default=1.0, gt=0, description="multiplies the stage's learning rate")
    frozen: list[str] = Field(
        default=[],
        description="what stays as it is all the same, such as a language model: nodes, parts or patterns, named as in "
        "`finetune-partial`",
    )


Depth = Annotated[
    Annotated[int, Field(ge=1), Tag("<number>")] | Annotated[Literal["round"], Tag("<round>")],
    Discriminator(lambda value: "<round>" if isinstance(value, str) else "<number>"),
]


class Partial(Options):
    """Options of `finetune-partial`."""

    train: list[str] = Field(
        default=[],
        description="what trains: nodes (`item`), published parts (`history.layer.1`), or patterns over the names of "
        "parameters (`history.*.bias`); objectives' own heads always do",
    )
    depth: dict[str, Depth] = Field(
        default={},
        description="node to how many of its published parts train, counted from the output, and all where it has no "
        "more; `round`: as many as the number of the round that the stage is repeated in",
    )
    rates: dict[str, float] = Field(
        default={},
        description="entry of `train`, node of `depth` or part of one, or `objective.*`, to its multiple of the rate",
    )
    warmups: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default={}, description="the same to its own optimiser steps of warm-up, in place of the stage's"
    )
    fade: float = Field(
        default=1.0, gt=0, le=1, description="multiple of the rate from each part of `depth` to the one below it"
    )

    @model_validator(mode="after")
    def _named(self) -> Partial:
        if not self.train and not self.depth:
            raise ValueError("says nothing that trains: give `train`, `depth` or both")
        for key in [*self.rates, *self.warmups]:
            if key not in self.train and key.partition(".")[0] not in self.depth and key != "objective.*":
                raise ValueError(f"has a rate or warm-up for {key!r}, which is no entry of `train` or `depth`")
        return self


class Extra(Options):
    """Options of `finetune-extra`."""

    train: list[str] = Field(
        default=[],
        description="what trains, named as in `finetune-partial`; empty: the nodes that are new in the stage. "
        "Objectives' own heads always do",
    )
    rate: float = Field(default=1.0, gt=0, description="multiplies the stage's learning rate")


class NextItem(Options):
    """Options of `next-item`."""

    targets: Literal["each", "first"] = Field(
        default="each", description="a case for each event of the part, or for a user's first one only"
    )


class TopN(Options):
    """Options of `top-n`: none."""


class Impressions(Options):
    """Options of `impressions`: none."""


class Export(Options):
    """Options of `export`: none; the port says which node."""
