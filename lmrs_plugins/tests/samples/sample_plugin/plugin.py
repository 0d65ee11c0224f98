"""What the plugin offers."""

from lmrs_plugins import Card, Family, Port, Pull, ViewType, hookimpl
from lmrs_plugins.recipe import RecipeCard

ITEM = Port("item", "vectors")
HISTORY = Port("history", "states")
OPTIONS = "sample_plugin.options"


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="item-id",
            summary="a vector for each item",
            load="sample_plugin.encoders:ItemId",
            options=f"{OPTIONS}:Width",
            gives={"": ITEM},
            evaluation="lookup",
        ),
        Card(
            family="encoder",
            name="title",
            summary="mean of the vectors of a title's words",
            load="sample_plugin.encoders:Title",
            options=f"{OPTIONS}:Title",
            gives={"": ITEM},
            evaluation="rows",
            needs=("item.{field}",),
        ),
        Card(
            family="encoder",
            name="neighbours",
            summary="an item's vector and those of the entities beside it",
            load="sample_plugin.encoders:Neighbours",
            takes={"entity": Port("entity", "vectors")},
            gives={"": ITEM},
            evaluation="table",
            needs=("graph.knowledge", "link.item"),
        ),
        Card(
            family="encoder",
            name="attention",
            summary="self-attention over a history",
            load="sample_plugin.history:Attention",
            takes={"over": ITEM},
            gives={"": HISTORY},
            evaluation="view",
        ),
    ]


@hookimpl
def lmrs_fusions() -> list[Card]:
    return [
        Card(
            family="fusion",
            name="mean",
            summary="mean of what is there",
            load="sample_plugin.history:Mean",
            takes={"of": Port("$S", "vectors", many=True)},
            gives={"": Port("$S", "vectors")},
            evaluation="rows",
        )
    ]


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="next",
            summary="a history, what comes next, and what does not",
            load="sample_plugin.sampling:Next",
            options=f"{OPTIONS}:Next",
            emits={
                "input": ViewType({"item": "item"}),
                "target": ViewType({"item": "item"}, ("weight",)),
                "negative": ViewType({"item": "item"}, when="negatives"),
            },
            columns=("item",),
        )
    ]


@hookimpl
def lmrs_samplers() -> list[Card]:
    return [
        Card(
            family="sampler",
            name="users",
            summary="users in random order",
            load="sample_plugin.sampling:Users",
            options=f"{OPTIONS}:Users",
            columns=("user", "item"),
            needs=("interactions",),
        )
    ]


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name="next-item",
            summary="cross-entropy of the next item over all items",
            load="sample_plugin.losses:NextItem",
            takes={"history": HISTORY, "item": ITEM},
            pulls=(Pull("history", "input"), Pull("item", "target"), Pull("item")),
            reads=("target.item", "target.weight"),
        )
    ]


@hookimpl
def lmrs_scorers() -> list[Card]:
    return [
        Card(
            family="scorer",
            name="dot",
            summary="inner product of the last state and every item",
            load="sample_plugin.losses:Dot",
            takes={"history": HISTORY, "item": ITEM},
            pulls=(Pull("history", "input"), Pull("item"), Pull("item", "candidates")),
        ),
        Card(
            family="scorer",
            name="best",
            summary="the best items, as a list",
            load="sample_plugin.losses:Best",
            takes={"history": HISTORY, "item": ITEM},
            pulls=(Pull("history", "input"), Pull("item")),
            traits=("answers",),
        ),
    ]


@hookimpl
def lmrs_strategies() -> list[Card]:
    return [
        Card(
            family="strategy",
            name="low-rank",
            summary="trains a low-rank addition to attention, and merges it",
            load="sample_plugin.rest:LowRank",
        )
    ]


@hookimpl
def lmrs_makers() -> list[Card]:
    return [
        Card(
            family="maker",
            name="norms",
            summary="length of each vector",
            load="sample_plugin.rest:Norms",
            takes={"of": Port("$S", "vectors")},
        )
    ]


@hookimpl
def lmrs_tasks() -> list[Card]:
    return [
        Card(
            family="task",
            name="last",
            summary="a user's one event of the part",
            load="sample_plugin.rest:Last",
            columns=("user", "item"),
        )
    ]


@hookimpl
def lmrs_metrics() -> list[Card]:
    return [
        Card(
            family="metric",
            name="hit",
            summary="whether any right answer is among the first k",
            load="sample_plugin.rest:Hit",
            options=f"{OPTIONS}:Hit",
        )
    ]


@hookimpl
def lmrs_datasets() -> list[Card]:
    return [
        Card(
            family="dataset",
            name="pairs",
            summary="lines of user and item",
            load="sample_plugin.rest:Pairs",
            traits=("format",),
        )
    ]


@hookimpl
def lmrs_commands() -> list[Card]:
    return [
        Card(
            family="command",
            name="busiest",
            summary="the users with the most events",
            load="sample_plugin.rest:Busiest",
            options=f"{OPTIONS}:Busiest",
        )
    ]


@hookimpl
def lmrs_recipes() -> list[RecipeCard]:
    return [RecipeCard(name="sample", summary="nothing much", package="sample_plugin", path="recipes/sample.yaml")]


@hookimpl
def lmrs_families() -> list[Family]:
    return [
        Family(
            name="indexer",
            hook="lmrs_indexers",
            summary="gives rows codes",
            protocol="sample_plugin.indexers:Indexer",
            checks="sample_plugin.indexers:check",
        )
    ]


@hookimpl
def lmrs_indexers() -> list[Card]:
    return [Card(family="indexer", name="halves", summary="two codes", load="sample_plugin.indexers:Halves")]
