"""Options of the host's own components."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins.options import Options


class Gate(Options):
    """Options of `gate`."""

    width: int = Field(default=0, ge=0, description="width of what it gives; 0 takes that of the first input")


class Dot(Options):
    """Options of `dot`."""

    cosine: bool = Field(default=False, description="compare directions only")


class Everything(Options):
    """Options of the strategies that train all there is."""

    rate: float = Field(default=1.0, gt=0, description="multiplies the stage's learning rate")


class Partial(Options):
    """Options of `finetune-partial`."""

    train: list[str] = Field(
        min_length=1,
        description="what trains: nodes (`item`), published parts (`history.layer.1`), or patterns over the names of "
        "parameters (`history.*.bias`); objectives' own heads always do",
    )
    rates: dict[str, float] = Field(default_factory=dict, description="entry of `train` to its multiple of the rate")


class NextItem(Options):
    """Options of `next-item`."""

    targets: Literal["each", "first"] = Field(
        default="each", description="a case for each event of the part, or for a user's first one only"
    )


class TopN(Options):
    """Options of `top-n`: none."""


class Export(Options):
    """Options of `export`: none; the port says which node."""
