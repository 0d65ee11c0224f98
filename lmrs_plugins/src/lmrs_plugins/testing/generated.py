"""A small data set with every type of data, and its grown variant."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lmrs_plugins.bundle import IMPRESSION, PARTS, Bundle, Graph
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.vocabulary import Vocabulary

USERS, ITEMS, ENTITIES = 12, 24, 40
_WORDS = ("red", "blue", "old", "new", "deep", "quiet", "lake", "river", "house", "garden", "star", "road")
_CATEGORIES = ("comedy", "drama", "crime", "music")


def generated_bundle() -> Bundle:
    """Users, items and entities with all that a card may need; the same on every call and machine.

    The last event of each user is `test`, the one before `valid`. One user has a single training event, two items
    have none; one item lacks its title, one its categories, one its picture, one its link. Each event was clicked among
    four candidates, some with another of them.
    """
    rng = np.random.default_rng(20)
    lengths = np.array([3, 4, 5, 6, 7, 8, 9, 10, 6, 5, 7, 14])
    users = np.repeat(np.arange(USERS), lengths)
    histories = [rng.choice(ITEMS - 2, length, replace=False) for length in lengths]
    left = lengths.cumsum()[users] - np.arange(len(users))
    part = np.select([left == 1, left == 2], [PARTS.index("test"), PARTS.index("valid")], PARTS.index("train"))
    interactions = pa.table(
        {
            "user": users.astype(np.int64),
            "item": np.concatenate(histories).astype(np.int64),
            "timestamp": 1.6e9 + np.arange(len(users)) * 3600.0,
            "rating": rng.integers(1, 6, len(users)).astype(np.float64),
        }
    )
    return Bundle(
        name="generated",
        vocabularies={
            "user": Vocabulary("user", [f"u{row}" for row in range(USERS)]),
            "item": Vocabulary("item", [f"i{row}" for row in range(ITEMS)]),
            "entity": Vocabulary("entity", [f"e{row}" for row in range(ENTITIES)]),
        },
        interactions=interactions,
        tables={
            "user": _user_table(),
            "item": _item_table(rng),
            IMPRESSION: _impressions(interactions, part.astype(np.int8)),
        },
        graphs={"knowledge": _knowledge(rng), "social": _social(rng)},
        links={"item": np.where(np.arange(ITEMS) == 4, -1, np.arange(ITEMS)).astype(np.int64)},
        images={"item": pa.array([b"" if row == 5 else _picture(rng) for row in range(ITEMS)], pa.binary())},
        part=part.astype(np.int8),
    )


def grown(bundle: Bundle, subject: str, by: int = 3) -> Bundle:
    """The bundle with `by` more rows of a subject as one new block: known by their ids alone."""
    vocabulary = bundle.vocabularies[subject].grown([f"{subject}+{row}" for row in range(by)])
    tables, links, images = dict(bundle.tables), dict(bundle.links), dict(bundle.images)
    if subject in tables:
        schema = tables[subject].schema
        nulls = pa.table({name: pa.nulls(by, schema.field(name).type) for name in schema.names})
        tables[subject] = pa.concat_tables([tables[subject], nulls])
    if subject in links:
        links[subject] = np.concatenate([links[subject], np.full(by, -1)])
    if subject in images:
        images[subject] = pa.array([*images[subject].to_pylist(), *[b""] * by], pa.binary())
    vocabularies = {**bundle.vocabularies, subject: vocabulary}
    return replace(bundle, vocabularies=vocabularies, tables=tables, links=links, images=images)


def histories(bundle: Bundle) -> tuple[Ragged, Ragged]:
    """For each user the rows of its items, and those of its events."""
    events = bundle.histories
    return Ragged(bundle.items[events.values], events.offsets), events


def _user_table() -> pa.Table:
    rows = range(USERS)
    return pa.table(
        {
            "age": [20.0 + 3 * row for row in rows],
            "gender": [("f", "m")[row % 2] for row in rows],
            "occupation": [("baker", "pilot", "nurse")[row % 3] for row in rows],
        }
    )


def _item_table(rng: np.random.Generator) -> pa.Table:
    def words(count: int) -> str:
        return " ".join(rng.choice(_WORDS, count))

    rows = range(ITEMS)
    return pa.table(
        {
            "title": [None if row == 2 else words(1 + row % 4) for row in rows],
            "description": [words(8) + "." for _ in rows],
            "category": [_CATEGORIES[row % 4] for row in rows],
            "categories": [None if row == 3 else [*_CATEGORIES[: 1 + row % 3]] for row in rows],
            "brand": [("ada", "bel", "cyr")[row % 3] for row in rows],
            "year": [1990.0 + row for row in rows],
            "price": [5.0 + row / 2 for row in rows],
        }
    )


def _impressions(events: pa.Table, part: npt.NDArray[np.int8]) -> pa.Table:
    """What each event was chosen among; the first of a user without a history."""
    rng = np.random.default_rng(21)
    users, items = (np.asarray(events.column(name).to_numpy()) for name in ("user", "item"))
    first = np.searchsorted(users, users)
    shown: list[npt.NDArray[np.int64]] = []
    clicks: list[npt.NDArray[np.int64]] = []
    for row, (user, item) in enumerate(zip(users, items, strict=True)):
        others = rng.choice(np.setdiff1d(range(ITEMS), items[users == user]), 3, replace=False)
        shown.append(rng.permutation(np.append(others, item)))
        clicks.append(shown[-1][(shown[-1] == item) | ((row % 7 == 3) & (shown[-1] == others[0]))])
    rows = pa.list_(pa.int64())
    return pa.table(
        {
            "id": [f"s{row}" for row in range(len(users))],
            "user": users,
            "timestamp": events.column("timestamp"),
            "history": pa.array([items[start:row] for row, start in enumerate(first)], rows),
            "candidates": pa.array(shown, rows),
            "clicks": pa.array(clicks, rows),
            "part": part,
        }
    )


def _knowledge(rng: np.random.Generator) -> Graph:
    head = np.repeat(np.arange(ITEMS), 2)
    tail = rng.integers(ITEMS, ENTITIES, len(head))
    return Graph("entity", "entity", head, tail, rng.integers(0, 2, len(head)), ("made-by", "is-a"))


def _social(rng: np.random.Generator) -> Graph:
    head = np.repeat(np.arange(USERS), 2)
    tail = (head + rng.integers(1, USERS, len(head))) % USERS
    return Graph("user", "user", head, tail, np.zeros(len(head), dtype=np.int64), ("knows",))


def _picture(rng: np.random.Generator, side: int = 8) -> bytes:
    """A PNG of one random colour, 8-bit RGB."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = b"\0" + rng.integers(0, 256, 3).astype(np.uint8).tobytes() * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(row * side)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + data
