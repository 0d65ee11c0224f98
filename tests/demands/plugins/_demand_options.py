"""Options of the demands' components; no torch here."""

from typing import Any

from pydantic import Field

from lmrs_plugins import Options


class Width(Options):
    """A width."""

    width: int = Field(default=8, ge=1, description="d of what it gives")


class Edges(Options):
    """Options of `edges`."""

    batch: int = Field(default=32, ge=1, description="events in a batch")


class Pairs(Options):
    """Options of `pairs`."""

    negatives: int = Field(default=1, ge=1, description="pairs drawn for each that happened")


class FrozenTable(Options):
    """Options of `frozen-table`."""

    artifact: str = Field(description="name of an artifact with `vectors` of all items")


class Slots(Options):
    """Options of `slots`."""

    slots: int = Field(default=2, ge=1, description="places in front of a history")
    inner: Any = Field(description="the transform whose views get them")


class ProfilePrompt(Options):
    """Options of `profile-prompt`."""

    fields: list[str] = Field(default=["gender", "occupation"], description="columns of users")
    slots: int = Field(default=2, ge=1, description="vectors of a prompt")


class Budget(Options):
    """Options of `budget`."""

    node: str = Field(description="node whose binding knows what a row costs")
    most: int = Field(ge=1, description="largest cost of a batch")


class Cache(Options):
    """Options of `cache`."""

    age: int = Field(default=4, ge=1, description="steps after which a vector is computed again")


class Popular(Options):
    """Options of `popular-group`."""

    width: int = Field(default=8, ge=1, description="d of what it gives")
    bucketer: Any = Field(description="how counts are sorted into groups")


class Diverse(Options):
    """Options of `diverse`."""

    trade: float = Field(default=0.5, ge=0, description="what likeness to the items before costs")
