"""An adapter written by hand, and a node that keeps a count even where nothing trains."""

from lmrs_plugins import Card, Port, hookimpl


@hookimpl
def lmrs_strategies() -> list[Card]:
    return [
        Card(
            family="strategy",
            name="adapter",
            summary="low-rank maps beside what a node publishes as targets",
            load="_tinker:Adapter",
            options="_tinker_options:Adapter",
        )
    ]


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="restless",
            summary="a linear map that counts its calls, in evaluation too",
            load="_tinker:Restless",
            takes={"of": Port("$S", "vectors")},
            gives={"": Port("$S", "vectors")},
            evaluation="rows",
        )
    ]
