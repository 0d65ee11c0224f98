"""An objective that needs three passes over one encoder, after S3-Rec's segment prediction."""

from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl

_VIEW = ViewType(rows={"item": "item"})


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="segments",
            summary="a history without a segment, that segment, and a segment of somebody else",
            load="_three_passes:Segments",
            columns=("item",),
            emits={"context": _VIEW, "true": _VIEW, "random": _VIEW},
            traits=("batch-level",),
        )
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name="segment-contrast",
            summary="a context is nearer to its own segment than to another",
            load="_three_passes:SegmentContrast",
            takes={"history": Port("history", "states")},
            pulls=(Pull("history", "context"), Pull("history", "true"), Pull("history", "random")),
            traits=("rows-interact",),
            source="Zhou et al., CIKM 2020, eq. 8",
        )
    ]
