"""Items by their titles, as a language model would have them: costs, keys, and other data."""

from lmrs_plugins import Card, Port, hookimpl


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="titles",
            summary="mean of the vectors of a title's words",
            load="_titled:Titles",
            options="_titled_options:Titles",
            gives={"": Port("item", "vectors")},
            evaluation="rows",
            needs=("item.title",),
        ),
        Card(
            family="encoder",
            name="unkept",
            summary="the same, of a binding that knows no other data",
            load="_titled:Unkept",
            options="_titled_options:Titles",
            gives={"": Port("item", "vectors")},
            evaluation="rows",
            needs=("item.title",),
        ),
    ]
