"""Options of the encoders; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options


class ItemId(Options):
    """Options of `item-id`."""

    width: int = Field(default=64, ge=1, description="d of a vector")
    std: float = Field(default=0.02, gt=0, description="standard deviation of the normal numbers it starts from")
    sparse: bool = Field(
        default=False,
        description="a step trains only the rows that it looks up, and costs only them: for large catalogues with a "
        "loss that looks at few items",
    )


class Transformer(Options):
    """Options of `transformer`."""

    width: int = Field(default=0, ge=0, description="d of the states; 0 takes the width of what comes in")
    layers: int = Field(default=2, ge=1, description="number of layers")
    heads: int = Field(default=2, ge=1, description="attention heads; they divide the width")
    inner: int = Field(default=0, ge=0, description="width inside the feed-forward part; 0 is four times the width")
    dropout: float = Field(default=0.2, ge=0, lt=1, description="after the input and after each sub-layer")
    attention_dropout: float = Field(
        default=0.0, ge=0, lt=1, description="on attention weights; above 0 the fast attention of the CPU is lost"
    )
    activation: Literal["gelu", "gelu-tanh", "relu", "silu"] = Field(
        default="gelu", description="inside the feed-forward part"
    )
    causal: bool = Field(default=False, description="a position sees those before it only; otherwise all")
    norm: Literal["post", "pre"] = Field(
        default="post", description="layer norm after each residual sum (BERT), or before each sub-layer and at the end"
    )
    length: int = Field(default=50, ge=1, description="most positions of a view")
    from_end: bool = Field(
        default=False,
        description="positions are counted from the last one: where histories differ in length, what asks for the next "
        "item then stands at the same place in all of them",
    )
    mimetic: float = Field(
        default=0.0,
        ge=0,
        description="added at the start to the diagonals of the maps that make values and take attention out: a hidden "
        "item then begins as the mean of what it sees (Trockman and Kolter, ICML 2023)",
    )
    special: int = Field(default=1, ge=0, description="vectors kept for special codes; code 1 is the mask")
    input_norm: bool = Field(default=False, description="layer norm on the sum of vectors and positions")


class AttributeId(Options):
    """Options of `attribute-id`."""

    field: str = Field(default="categories", description="a column of the item table")
    width: int = Field(default=64, ge=1, description="d of a vector")
    std: float = Field(default=0.02, gt=0, description="standard deviation of the normal numbers it starts from")


class PredictionHead(Options):
    """Options of `prediction-head`."""

    activation: Literal["gelu", "gelu-tanh", "relu", "silu"] = Field(
        default="gelu", description="between projection and layer norm"
    )


class Category(Options):
    """Options of `category`."""

    subject: str = Field(default="item", description="whose rows: item, user, event")
    field: str = Field(default="categories", description="the column; of the interactions, for events")
    width: int = Field(default=16, ge=1, description="d of a vector")
    buckets: int = Field(
        default=0,
        ge=0,
        description="values are hashed into so many vectors, which new values share; 0: a vector for each value that "
        "training knows",
    )
    std: float = Field(default=0.02, gt=0, description="standard deviation of the normal numbers it starts from")


class Number(Options):
    """Options of `number`."""

    subject: str = Field(default="item", description="whose rows: item, user, event")
    field: str = Field(default="year", description="the column; of the interactions, for events")
    width: int = Field(default=16, ge=1, description="d of a vector")
    vectors: int = Field(default=10, ge=1, description="vectors among which a number chooses softly")
    std: float = Field(default=0.02, gt=0, description="standard deviation of the normal numbers it starts from")
