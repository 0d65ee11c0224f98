"""Options."""

from pathlib import Path

from pydantic import Field

from lmrs_plugins import Options


class Width(Options):
    width: int = Field(default=8, description="d")


class Title(Width):
    field: str = Field(default="title", description="the text field")


class Next(Options):
    length: int = Field(default=5, description="of the history")
    negatives: int = Field(default=1, description="how many wrong items a position")


class Users(Options):
    batch: int = Field(default=4, description="users a batch")


class Hit(Options):
    at: int = Field(default=10, description="k")


class Busiest(Options):
    source: str = Field(description="the data")
    most: int = Field(default=5, ge=1, description="how many")
    out: Path | None = Field(default=None, description="a file for them")
