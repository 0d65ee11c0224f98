"""What the plugin offers."""

from lmrs_plugins import Card, Port, Pull, hookimpl
from lmrs_plugins.recipe import RecipeCard


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="hashed-title",
            summary="mean of the vectors of a title's words, hashed into buckets",
            load="lmrs_stranger.hashed_title:HashedTitle",
            options="lmrs_stranger.options:HashedTitle",
            gives={"": Port("item", "vectors")},
            evaluation="rows",
            needs=("item.title",),
        )
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name="popular-norm",
            summary="keeps the vectors of popular items short",
            load="lmrs_stranger.popular_norm:PopularNorm",
            takes={"item": Port("item", "vectors")},
            pulls=(Pull("item", "input"),),
            reads=("input.item",),
        )
    ]


@hookimpl
def lmrs_recipes() -> list[RecipeCard]:
    return [
        RecipeCard(
            name="stranger-mix",
            summary="bert4rec whose items also know the words of their titles",
            package="lmrs_stranger",
            path="recipes/stranger-mix.yaml",
        )
    ]
