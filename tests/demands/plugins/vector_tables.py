"""An artifact as a node: vectors that an earlier stage exported."""

from lmrs_plugins import Card, Port, hookimpl


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="frozen-table",
            summary="vectors that an earlier stage left, as they are",
            load="_vector_tables:FrozenTable",
            options="_demand_options:FrozenTable",
            gives={"": Port("item", "vectors")},
            evaluation="lookup",
        )
    ]
