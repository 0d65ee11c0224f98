"""Users as they are."""

from __future__ import annotations

from lmrs_plugins import Env, ExampleRandom, Examples, View


class Users:
    """`input`: users (B,); what an answer looks at where a user is known by its row and not by a history."""

    def __init__(self, env: Env) -> None: ...

    def views(self, examples: Examples, rng: ExampleRandom | None) -> dict[str, View]:
        return {"input": View.of(user=examples.array("user"))}
