"""Options of the encoders; no torch here."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from lmrs_plugins import Options


class Id(Options):
    """Options of `id`."""

    subject: str = Field(default="item", description="whose rows: user, item, entity")
    width: int = Field(default=64, ge=1, description="d of a vector")
    std: float = Field(default=0.1, gt=0, description="standard deviation of the normal numbers it starts from")
    graphs: list[str] = Field(
        default=[], description="graphs, by their names, without which there is no use for it: an optional node goes"
    )


class LightGcn(Options):
    """Options of `lightgcn`."""

    layers: int = Field(default=3, ge=0, description="how often vectors go to the neighbours; 0: never")


class Ngcf(Options):
    """Options of `ngcf`."""

    layers: int = Field(default=3, ge=1, description="how often vectors go to the neighbours")
    slope: float = Field(default=0.2, ge=0, description="of the activation, below zero")
    dropout: float = Field(default=0.1, ge=0, lt=1, description="of what each layer gives")
    normalise: bool = Field(default=True, description="what each layer gives has length 1 where it is compared")


class OfGraph(Options):
    """What all layers say of a named graph."""

    graph: str = Field(default="knowledge", description="the graph, by its name in the data: knowledge, social")
    subject: str = Field(default="entity", description="what its nodes are: entity; user for social")
    width: int = Field(default=0, ge=0, description="d of what it gives; 0: of what comes in")
    layers: int = Field(default=1, ge=1, description="how far vectors go")
    activation: Literal["relu", "tanh", "elu", "none"] = Field(default="relu", description="between two layers")
    dropout: float = Field(default=0.0, ge=0, lt=1, description="between two layers")
    inverse: bool = Field(
        default=True, description="edges lead back as well, under relations of their own; otherwise only as they are"
    )
    itself: bool = Field(
        default=True,
        description="a layer looks at the node itself too; otherwise at its neighbours alone, so that a node which "
        "training never met is known as well as others",
    )
    without: str = Field(
        default="",
        description="a draw: in its steps the vectors of its `hidden` nodes, and edges between its `head` and `tail`, "
        "are not seen",
    )


class OfSample(OfGraph):
    """What layers over sampled neighbours say."""

    layers: int = Field(default=2, ge=1, description="how far vectors go; as many as `fan` has numbers")
    fan: list[Annotated[int, Field(ge=1)]] = Field(
        default=[10, 10], min_length=1, description="most neighbours of a row, of each of these, and so on"
    )

    @model_validator(mode="after")
    def _as_deep(self) -> Self:
        if len(self.fan) != self.layers:
            raise ValueError(f"fan has {len(self.fan)} numbers for {self.layers} layers: say one for each layer")
        return self


class _Sage(Options):
    aggregate: Literal["mean", "max", "sum"] = Field(default="mean", description="how neighbours are put together")


class _Rgcn(Options):
    bases: int = Field(
        default=0, ge=0, description="matrices of which those of the relations are mixtures; 0: one for each relation"
    )


class _CompGcn(Options):
    compose: Literal["subtract", "multiply", "correlate"] = Field(
        default="multiply", description="how a neighbour and the relation to it are put together"
    )


class _Gat(Options):
    heads: int = Field(default=4, ge=1, description="attention heads; they divide the width")
    relations: bool = Field(default=True, description="attention looks at the relation of an edge too")


class Sage(OfGraph, _Sage):
    """Options of `sage`."""


class Rgcn(OfGraph, _Rgcn):
    """Options of `rgcn`."""


class CompGcn(OfGraph, _CompGcn):
    """Options of `compgcn`."""


class Gat(OfGraph, _Gat):
    """Options of `gat`."""


class SampledSage(OfSample, _Sage):
    """Options of `sampled-sage`."""


class SampledRgcn(OfSample, _Rgcn):
    """Options of `sampled-rgcn`."""


class SampledCompGcn(OfSample, _CompGcn):
    """Options of `sampled-compgcn`."""


class SampledGat(OfSample, _Gat):
    """Options of `sampled-gat`."""


class Linked(Options):
    """Options of `linked`."""

    subject: str = Field(default="item", description="whose rows are entities: item, user")


class Triples(Options):
    """Options of `transe` and `distmult`."""

    graph: str = Field(default="knowledge", description="the graph, by its name in the data")
    subject: str = Field(default="entity", description="what its nodes are")
    width: int = Field(default=64, ge=1, description="d of the vectors")


class Kgat(Options):
    """Options of `kgat`."""

    graph: str = Field(default="knowledge", description="the graph of entities, by its name in the data")
    width: int = Field(default=0, ge=0, description="d of what a layer gives; 0: of what comes in")
    layers: int = Field(default=2, ge=1, description="how far vectors go")
    dropout: float = Field(default=0.1, ge=0, lt=1, description="between two layers")


class SampledKgat(Kgat):
    """Options of `sampled-kgat`."""

    subject: Literal["user", "item", "entity"] = Field(default="item", description="whose rows it gives")
    fan: list[Annotated[int, Field(ge=1)]] = Field(
        default=[10, 10], min_length=1, description="most neighbours of a row, of each of these, and so on"
    )

    @model_validator(mode="after")
    def _as_deep(self) -> Self:
        if len(self.fan) != self.layers:
            raise ValueError(f"fan has {len(self.fan)} numbers for {self.layers} layers: say one for each layer")
        return self
