"""A prompt out of a user's profile in front of a model that stays as it is, after PPR."""

from lmrs_plugins import Card, Port, ViewType, hookimpl


@hookimpl
def lmrs_encoders() -> list[Card]:
    return [
        Card(
            family="encoder",
            name="prompt",
            summary="some vectors for each user, out of the profile",
            load="_profile_prompt:ProfilePrompt",
            options="_demand_options:ProfilePrompt",
            gives={"": Port("user", "prefix")},
            evaluation="rows",
            needs=("user.{fields}",),
        ),
        Card(
            family="encoder",
            name="splice",
            summary="vectors of a history, with a prompt in its slots",
            load="_profile_prompt:Splice",
            takes={"prompt": Port("user", "prefix"), "over": Port("item", "vectors")},
            gives={"": Port("item", "vectors")},
            evaluation="view",
        ),
        Card(
            family="encoder",
            name="normed",
            summary="batch normalisation, whose statistics move while it trains",
            load="_profile_prompt:Normed",
            takes={"of": Port("item", "vectors")},
            gives={"": Port("item", "vectors")},
            evaluation="rows",
        ),
    ]


@hookimpl
def lmrs_transforms() -> list[Card]:
    return [
        Card(
            family="transform",
            name="slots",
            summary="what another transform makes, with free places in front",
            load="_profile_prompt:Slots",
            options="_demand_options:Slots",
            columns=("user", "item"),
            uses={"inner": "transform"},
            emits={
                "input": ViewType(rows={"item": "item", "user": "user"}, values=("slot",)),
                "target": ViewType(rows={"item": "item"}, values=("at",)),
            },
        )
    ]
