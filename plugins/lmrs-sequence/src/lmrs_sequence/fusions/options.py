"""Options of the fusions; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options


class _Beside(Options):
    norm: bool = Field(default=True, description="layer norm on each input")
    activation: Literal["none", "gelu", "gelu-tanh", "relu", "silu"] = Field(
        default="none", description="after the projection"
    )


class ConcatMlp(_Beside):
    """Options of `concat-mlp`."""

    width: int = Field(default=64, ge=1, description="d of what it gives")
    rows: bool = Field(
        default=False,
        description="the norm is over rows, entry by entry (batch norm), and not over the entries of a row: what all "
        "rows have in common, which is much of a language model's vectors, is gone",
    )


class ItemInContext(_Beside):
    """Options of `item-in-context`."""

    width: int = Field(default=0, ge=0, description="d of what it gives; 0 takes that of the items")
    merge: Literal["concat", "product", "sum"] = Field(
        default="concat",
        description="features beside the item, then projected; the item times the sum of its features; or the sum of "
        "all",
    )
