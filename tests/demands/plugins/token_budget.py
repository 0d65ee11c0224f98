"""Batches of a bounded number of tokens, and vectors that are used again while they are young, after SpeedyFeed."""

from lmrs_plugins import Card, Port, hookimpl


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="words",
            summary="mean of the vectors of a title's words",
            load="_token_budget:Words",
            options="_demand_options:Width",
            gives={"": Port("item", "vectors")},
            evaluation="rows",
            needs=("item.title",),
        ),
        Card(
            family="encoder",
            name="cache",
            summary="vectors of the node below, computed again once they are too old",
            load="_token_budget:Cache",
            options="_demand_options:Cache",
            takes={"of": Port("item", "vectors", lazy=True)},
            gives={"": Port("item", "vectors")},
            evaluation="rows",
        ),
    ]


@hookimpl
def lmrs_samplers() -> list[Card]:
    return [
        Card(
            family="sampler",
            name="budget",
            summary="as many histories as a budget of tokens allows",
            load="_token_budget:Budget",
            options="_demand_options:Budget",
            columns=("user", "item", "event"),
        )
    ]
