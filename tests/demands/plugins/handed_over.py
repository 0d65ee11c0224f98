"""A node whose two maps are one parameter."""

from lmrs_plugins import Card, Port, hookimpl


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="there-and-back",
            summary="a map and its transpose, with one weight",
            load="_handed_over:ThereAndBack",
            takes={"of": Port("item", "vectors")},
            gives={"": Port("item", "vectors")},
            evaluation="rows",
        ),
        Card(
            family="encoder",
            name="known-users",
            summary="what an earlier stage said of users",
            load="_handed_over:KnownUsers",
            options="_demand_options:FrozenTable",
            gives={"": Port("user", "vectors")},
            evaluation="lookup",
        ),
    ]
