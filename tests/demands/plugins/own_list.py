"""A scorer that makes its list itself: each item is chosen in the light of those before."""

from lmrs_plugins import Card, Port, Pull, hookimpl


@hookimpl
def lmrs_scorers() -> list[Card]:
    return [
        Card(
            family="scorer",
            name="diverse",
            summary="one item after the other, less like those before",
            load="_own_list:Diverse",
            options="_demand_options:Diverse",
            takes={"history": Port("history", "states"), "item": Port("item", "vectors")},
            pulls=(Pull("history", "input"), Pull("item")),
            traits=("answers",),
            source="Carbonell and Goldstein, SIGIR 1998",
        )
    ]
