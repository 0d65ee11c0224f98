"""A family that the host has never heard of: ways to sort counts into groups. A node takes one as an option."""

from lmrs_plugins import Card, Family, Port, hookimpl


@hookimpl
def lmrs_families() -> list[Family]:
    return [
        Family(
            name="bucketer",
            hook="lmrs_bucketers",
            summary="sorts counts into a few groups",
            protocol="_own_family:Bucketer",
            checks="_own_family:check",
        )
    ]


@hookimpl
def lmrs_bucketers() -> list[Card]:
    return [
        Card(family="bucketer", name="powers", summary="groups by powers of two", load="_own_family:Powers"),
        Card(family="bucketer", name="halves", summary="above the median, or not", load="_own_family:Halves"),
    ]


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="popular-group",
            summary="a vector for each group of items that are as popular",
            load="_own_family:PopularGroup",
            options="_demand_options:Popular",
            uses={"bucketer": "bucketer"},
            gives={"": Port("item", "vectors")},
            evaluation="rows",
        )
    ]
