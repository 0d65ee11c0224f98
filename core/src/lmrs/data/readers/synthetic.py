"""The generated set: every kind of data, each with its own part of the signal, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa

from lmrs.data.generate import show
from lmrs.data.generate.impressions import Impressions, make_impressions, with_clicks
from lmrs.data.generate.words import OCCUPATIONS
from lmrs.data.generate.world import Ints, make_events, make_world
from lmrs.data.readers.options import SyntheticOptions
from lmrs_plugins.bundle import IMPRESSION
from lmrs_plugins.dataset import Policy, Tables
from lmrs_plugins.errors import InputError
from lmrs_plugins.ragged import Ragged


class Synthetic:
    """Films that nobody made, and who watched them; what is planted is said in `lmrs.data.generate.world`."""

    def __init__(self, options: SyntheticOptions) -> None:
        self._options = options

    @staticmethod
    def recognises(path: Path) -> bool:
        """Nothing: it is known by name."""
        return False

    def read(self, path: Path | None, policy: Policy) -> Tables:
        """Make it."""
        options = self._options
        rng = np.random.default_rng([options.seed, options.users, options.items])
        world = make_world(options.users, options.items, rng)
        events = make_events(world, rng)
        shown = None
        if options.impressions:
            if options.impressions > len(events.user):
                raise InputError(
                    f"data.options.impressions: {options.impressions}, but users do {len(events.user)} things in all; "
                    "ask for fewer, or for more users"
                )
            apart = np.random.default_rng([options.seed, options.users, options.items, options.impressions])
            shown = make_impressions(world, events, options.impressions, apart)
            events = with_clicks(events, shown)
        users, items = _ids("u", options.users), _ids("i", options.items)
        source, target = show.friends(world, rng)
        texts = pa.list_(pa.string())
        return Tables(
            name="synthetic",
            interactions=pa.table(
                {
                    "user": users.take(pa.array(events.user)),
                    "item": items.take(pa.array(events.item)),
                    "rating": np.where(events.rating > 0, events.rating, np.nan),
                    "timestamp": events.time.astype(np.float64),
                }
            ),
            tables={
                "item": pa.table(
                    {
                        "id": items,
                        "title": pa.array(show.titles(world.traits["theme"], rng), pa.string()),
                        "categories": pa.array(show.categories(world.traits["genre"], rng), texts),
                    }
                ),
                "user": pa.table(
                    {
                        "id": users,
                        "age": world.age.astype(np.float64),
                        "gender": _words(("F", "M"), world.gender),
                        "occupation": _words(OCCUPATIONS, world.occupation),
                    }
                ),
                **({} if shown is None else {IMPRESSION: _impressions(shown, users, items)}),
            },
            triples={
                "knowledge": show.knowledge(world.traits["studio"], rng),
                "social": pa.table(
                    {
                        "head": users.take(pa.array(source)),
                        "relation": pa.array(["follows"] * len(source), pa.string()),
                        "tail": users.take(pa.array(target)),
                    }
                ),
            },
            ends={"social": ("user", "user")},
            links={
                "item": pa.table({"id": items, "entity": pa.array([f"work:{n + 1}" for n in range(options.items)])})
            },
            images={
                "item": pa.table(
                    {"id": items, "image": pa.array(show.pictures(world.traits["colour"], rng), pa.binary())}
                )
            },
        )


def _impressions(shown: Impressions, users: pa.Array, items: pa.Array) -> pa.Table:
    def lists(rows: Ragged) -> pa.Array:
        offsets = pa.array(rows.offsets, pa.int32())
        return pa.ListArray.from_arrays(offsets, items.take(pa.array(rows.values)))

    return pa.table(
        {
            "id": _ids("", len(shown.user)),
            "user": users.take(pa.array(shown.user)),
            "timestamp": shown.time.astype(np.float64),
            "history": lists(shown.history),
            "candidates": lists(shown.candidates),
            "clicks": lists(shown.clicks),
        }
    )


def _ids(letter: str, count: int) -> pa.Array:
    width = len(str(count))
    return pa.array([f"{letter}{number + 1:0{width}}" for number in range(count)], pa.string())


def _words(words: tuple[str, ...], codes: Ints) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(codes))
