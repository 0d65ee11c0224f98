"""A second loss on the masked pass of another."""

from lmrs_plugins import Card, Port, Pull, hookimpl


@hookimpl
def lmrs_objectives() -> list[Card]:
    return [
        Card(
            family="objective",
            name="masked-popularity",
            summary="guess how popular a hidden item is",
            load="_shared_pass:MaskedPopularity",
            takes={"history": Port("history", "states")},
            pulls=(Pull("history", "input"),),
            reads=("target.item", "target.at"),
        )
    ]
