"""Inputs that are built: the neighbourhood of a pair without the edge that is asked for, after CHEST."""

from lmrs_plugins import Card, Port, hookimpl


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="neighbourhood",
            summary="a number for a pair, out of what both are connected with",
            load="_pair_subgraph:Neighbourhood",
            options="_demand_options:Width",
            takes={"node": Port("item", "vectors", at="node"), "target": Port("item", "vectors", at="target")},
            gives={"": Port("user*item", "score")},
            evaluation="rows",
            needs=("interactions",),
        )
    ]
