"""What this plugin offers: cards and recipes, and nothing that costs anything to import."""

from __future__ import annotations

from lmrs_plugins import Card, Port, Pull, ViewType, hookimpl
from lmrs_plugins.recipe import RecipeCard

_USER, _ITEM = Port("user", "vectors"), Port("item", "vectors")


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="id",
            summary="a free vector for every row of a subject",
            load="lmrs_graph.encoders.id:Id",
            options="lmrs_graph.encoders.options:Id",
            gives={"": Port("$subject", "vectors")},
            evaluation="lookup",
        ),
        Card(
            family="encoder",
            name="lightgcn",
            summary="users and items by those whom they are joined with in training, several steps away",
            load="lmrs_graph.encoders.lightgcn:LightGcn",
            options="lmrs_graph.encoders.options:LightGcn",
            takes={"user": _USER, "item": _ITEM},
            gives={"user": _USER, "item": _ITEM},
            evaluation="table",
            needs=("interactions",),
            source="He et al., SIGIR 2020, eq. 3-8",
        ),
    ]


@hookimpl
def lmrs_samplers() -> list[Card]:
    return [
        Card(
            family="sampler",
            name="pairs",
            summary="training events as pairs of a user and an item, each once an epoch",
            load="lmrs_graph.samplers.pairs:Pairs",
            options="lmrs_graph.samplers.options:Pairs",
            columns=("user", "target"),
            needs=("interactions",),
        )
    ]


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="negatives",
            summary="pairs that happened, and items that the user did not take",
            load="lmrs_graph.transforms.negatives:Negatives",
            options="lmrs_graph.transforms.options:Negatives",
            columns=("user", "target"),
            emits={
                "input": ViewType(rows={"user": "user"}),
                "target": ViewType(rows={"item": "item"}),
                "negative": ViewType(rows={"item": "item"}),
            },
            source="Rendle et al., UAI 2009, 4.2",
        ),
        Card(
            family="transform",
            name="users",
            summary="users by their rows, for an answer that needs no history",
            load="lmrs_graph.transforms.users:Users",
            columns=("user",),
            emits={"input": ViewType(rows={"user": "user"})},
        ),
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name="pair",
            summary="pairs that happened score above pairs that did not, by BPR or binary cross-entropy",
            load="lmrs_graph.objectives.pair:Pair",
            options="lmrs_graph.objectives.options:Pair",
            takes={
                "user": _USER,
                "item": _ITEM,
                "user_start": Port("user", "vectors", optional=True),
                "item_start": Port("item", "vectors", optional=True),
            },
            pulls=(
                Pull("user", "input"),
                Pull("item", "target"),
                Pull("item", "negative"),
                Pull("user_start", "input", when="decay"),
                Pull("item_start", "target", when="decay"),
                Pull("item_start", "negative", when="decay"),
            ),
            source="Rendle et al., UAI 2009, eq. 4",
        )
    ]


@hookimpl
def lmrs_recipes() -> list[RecipeCard]:
    return [
        RecipeCard(
            name="lightgcn",
            summary="users and items by those whom they are joined with, several steps away",
            package="lmrs_graph",
            path="recipes/lightgcn.yaml",
            source="He et al., SIGIR 2020",
        )
    ]
