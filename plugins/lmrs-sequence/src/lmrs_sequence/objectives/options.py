"""Options of the objectives; no torch here."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from lmrs_plugins import Options


class ItemLoss(Options):
    """Options of `masked-item` and `next-item`."""

    loss: Literal["ce", "sampled", "bce", "bpr"] = Field(
        default="ce",
        description="cross-entropy over all items; over the draw's `shared` items with logQ correction; binary "
        "cross-entropy, or BPR, against the draw's `negatives`",
    )
    among: Literal["all", "seen"] = Field(
        default="all",
        description="the alternatives of ce: all items, or those with a training event, so that items which are yet to "
        "come are not learnt to be wrong",
    )
    temperature: float = Field(default=1.0, gt=0, description="what scores are divided by")
    cosine: bool = Field(default=False, description="compare directions only; a temperature of about .07 goes with it")
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="probability spread evenly over all known items; for ce only"
    )


class ReplacedItem(Options):
    """Options of `replaced-item`."""

    rate: float = Field(default=1.0, gt=0, description="what the detection of replaced items is multiplied by")
    temperature: float = Field(default=1.0, gt=0, description="what the generator's scores are divided by")
    label_smoothing: float = Field(
        default=0.0, ge=0, lt=1, description="probability spread evenly over all known items, in the generator's loss"
    )


class Attribute(Options):
    """Options of `item-attribute` and `masked-attribute`."""

    field: str = Field(default="categories", description="a column of the item table; that of the attributes' node")
    prior: bool = Field(
        default=False,
        description="a bias for each attribute, which starts at how common it is, so that vectors need not learn that",
    )


class Contrast(Options):
    """Options of `item-contrast`."""

    temperature: float = Field(default=0.07, gt=0, description="what cosines are divided by")


class ViewContrast(Contrast):
    """Options of `view-contrast`."""

    negatives: Literal["other", "both"] = Field(
        default="other",
        description="a history among the other views of all histories, or every vector among all others (NT-Xent)",
    )


class ImpressionCe(Options):
    """Options of `impression-ce`."""

    temperature: float = Field(default=1.0, gt=0, description="what scores are divided by")
    cosine: bool = Field(default=False, description="compare directions only; a temperature of about .07 goes with it")
