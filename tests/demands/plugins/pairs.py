"""Pairs of a user and an item: events as examples, pairs that did not happen beside them, a loss, a score."""

from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl

_PAIR = Port("user*item", "score")


@hookimpl
def lmrs_samplers() -> list[Card]:
    return [
        Card(
            family="sampler",
            name="edges",
            summary="training events, one an example",
            load="_pairs:Edges",
            options="_demand_options:Edges",
            columns=("user", "target"),
        )
    ]


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="pairs",
            summary="the pair that happened, and others of the same user",
            load="_pairs:Pairs",
            options="_demand_options:Pairs",
            columns=("user", "target"),
            emits={"pairs": ViewType(rows={"pair": "user*item"}, values=("label",))},
        )
    ]


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="user-id",
            summary="a free vector for every user",
            load="_pairs:UserId",
            options="_demand_options:Width",
            gives={"": Port("user", "vectors")},
            evaluation="lookup",
        ),
        Card(
            family="encoder",
            name="pair-head",
            summary="a number for a pair, out of both vectors through a layer: no dot product",
            load="_pairs:PairHead",
            options="_demand_options:Width",
            takes={"user": Port("user", "vectors"), "item": Port("item", "vectors")},
            gives={"": _PAIR},
            evaluation="rows",
        ),
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name="pair-bce",
            summary="did it happen?",
            load="_pairs:PairBce",
            takes={"pair": _PAIR},
            pulls=(Pull("pair", "pairs"),),
            reads=("pairs.label",),
        )
    ]


@hookimpl
def lmrs_scorers() -> list[Card]:
    return [
        Card(
            family="scorer",
            name="pair",
            summary="the number of the pair",
            load="_pairs:PairScore",
            takes={"pair": _PAIR},
            pulls=(Pull("pair", "candidates"),),
        )
    ]
