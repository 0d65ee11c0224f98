"""Options of the transforms; no torch here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from lmrs_plugins import Options


class Negatives(Options):
    """What both transforms say of negatives."""

    negatives: int = Field(
        default=0, ge=0, description="items drawn for each target, evenly among those outside the example's own list"
    )
    shared: int = Field(
        default=0, ge=0, description="items drawn for the batch as one, with replacement (sampled softmax)"
    )
    shared_by: Literal["uniform", "popularity"] = Field(
        default="popularity", description="how shared items are drawn: evenly, or by training events plus one"
    )


class Shown(Negatives):
    """What all transforms say of a history."""

    also: list[str] = Field(
        default=[],
        description="columns of the examples that are shown beside the items, each rows of the subject it is named "
        "after: event; user, whose row then stands at every position",
    )


_Prefixes = Annotated[
    float,
    Field(
        ge=0,
        le=1,
        description="share of examples that end at a random place, so that every item is the last one in turn",
    ),
]


class Cloze(Shown):
    """Options of `cloze`."""

    length: int = Field(default=50, ge=2, description="most positions of a view; longer histories keep their end")
    rate: float = Field(default=0.2, gt=0, le=1, description="probability that a position is hidden")
    last: float = Field(default=0.1, ge=0, le=1, description="share of examples in which only the last item is hidden")
    prefixes: _Prefixes = 0.0
    end: bool = Field(default=False, description="the last item of each example is hidden, whatever else is")
    max_masked: int = Field(default=0, ge=0, description="most hidden positions of an example; 0: no limit")
    original: bool = Field(
        default=False, description="a view of the history as it was, for what puts other items into the hidden places"
    )


class Next(Shown):
    """Options of `next`."""

    length: int = Field(default=50, ge=1, description="most positions of a view; longer histories keep their end")
    last_only: bool = Field(default=False, description="only the last item of an example is a target")


class Permuted(Shown):
    """Options of `permuted`."""

    length: int = Field(default=50, ge=2, description="most positions of a view; longer histories keep their end")
    span: int = Field(default=5, ge=1, description="most items of a span that is predicted")
    rate: float = Field(
        default=1 / 6, gt=0, le=1, description="a span of l items stands somewhere in l / rate items of the history"
    )


class Impressions(Options):
    """Options of `impressions`."""

    length: int = Field(default=50, ge=1, description="most items of a history; longer ones keep their end")
    negatives: int = Field(default=4, ge=1, description="candidates that were not clicked, beside each that was")


class Segments(Options):
    """Options of `segments`."""

    length: int = Field(default=50, ge=2, description="most positions of a view; longer histories keep their end")
    prefixes: _Prefixes = 0.0


class TwoViews(Options):
    """Options of `two-views`."""

    length: int = Field(default=50, ge=1, description="most positions of a view; longer histories keep their end")
    prefixes: _Prefixes = 0.0
    drop: float = Field(default=0.2, ge=0, lt=1, description="share of items that the second view lacks")
