"""From tables as the files have them to a bundle: filtered, numbered, sorted, split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lmrs.data import graphs
from lmrs.data.encode import Codes, aligned, codes, renumber, rows_of
from lmrs.data.filters import kept
from lmrs.data.names import field_name
from lmrs.data.settings import DataSettings
from lmrs.data.splits import split
from lmrs_plugins.bundle import Bundle
from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError
from lmrs_plugins.vocabulary import Vocabulary


@dataclass(frozen=True)
class Counts:
    """How much there is."""

    users: int
    items: int
    events: int


def assemble(tables: Tables, settings: DataSettings) -> tuple[Bundle, list[str], Counts, Counts]:
    """The bundle, notes for people, and the counts before and after filtering."""
    notes: list[str] = []
    events = tables.interactions
    users, user_ids = codes(events.column("user"))
    items, item_ids = codes(events.column("item"))
    before = Counts(len(user_ids), len(item_ids), len(users))
    if settings.min_rating is not None and "rating" not in events.column_names:
        raise InputError(f"data.min_rating is {settings.min_rating}, but {tables.name!r} has no rating; take it out")
    ratings = events.column("rating").to_numpy() if "rating" in events.column_names else None
    mask = kept(users, items, ratings, settings)
    mask &= _first_of_duplicates(events, users, items, settings.policy == "quarantine", notes)
    place = np.flatnonzero(mask)
    if not len(place):
        asked = [
            f"{name} {value}"
            for name in ("min_rating", "max_users", "min_user", "min_item")
            if (value := getattr(settings, name))
        ]
        raise InputError(
            f"nothing is left of the {before.events} events of {tables.name!r} under {', '.join(asked)}; ask for less"
        )
    users, old_users = renumber(users[place])
    items, old_items = renumber(items[place])
    order = _order(users, events, place)
    users, items, place = users[order], items[order], place[order]
    times = events.column("timestamp").to_numpy()[place] if "timestamp" in events.column_names else None
    others = events.drop_columns(["user", "item"]).combine_chunks().take(pa.array(place))
    table = pa.table({"user": users, "item": items, **{name: others.column(name) for name in others.column_names}})
    part = split(users, times, settings.split, notes)
    ids = {"user": user_ids.take(pa.array(old_users)), "item": item_ids.take(pa.array(old_items))}
    if settings.keep_unseen_items and "item" in tables.tables:
        ids["item"] = _with_unseen(ids["item"], tables.tables["item"], notes)
    found = graphs.build(tables, ids, settings.policy == "quarantine", notes)
    bundle = Bundle(
        name=tables.name,
        vocabularies={subject: Vocabulary(subject, column.to_pylist()) for subject, column in ids.items()},
        interactions=table,
        tables={
            subject: _described(tables.tables[subject], subject, ids[subject], notes)
            for subject in tables.tables
            if subject in ids
        },
        graphs=found.graphs,
        links=found.links,
        images={
            subject: _pictures(tables.images[subject], ids[subject]) for subject in tables.images if subject in ids
        },
        part=part,
    )
    cold = len(np.setdiff1d(items, items[part == 0]))
    if cold:
        notes.append(f"{cold} items have no training event")
    after = Counts(len(old_users), len(old_items), len(users))
    if after != before:
        notes.append(f"{before.events - after.events} of {before.events} events were filtered out")
    return bundle, notes, before, after


def _order(users: Codes, events: pa.Table, place: Codes) -> Codes:
    """By user, then time, then place; an event without a time comes first, so that it is never held out."""
    if "timestamp" not in events.column_names:
        return np.argsort(users, kind="stable")
    times = events.column("timestamp").to_numpy()[place]
    return np.lexsort((np.where(np.isnan(times), -np.inf, times), users))


def _first_of_duplicates(
    events: pa.Table, users: Codes, items: Codes, drop: bool, notes: list[str]
) -> npt.NDArray[np.bool_]:
    """(events,) false for an event equal to an earlier one in user, item, time and rating, where these are to go."""
    first = np.ones(len(users), dtype=bool)
    if "timestamp" not in events.column_names:
        return first  # without a time, a repeated item is a second visit
    keys = {"user": pa.array(users), "item": pa.array(items), "place": pa.array(np.arange(len(users)))}
    keys |= {
        name: events.column(name).combine_chunks() for name in ("timestamp", "rating") if name in events.column_names
    }
    table = pa.table(keys)
    by = [name for name in keys if name != "place"]
    places = table.group_by(by).aggregate([("place", "min")]).column("place_min").to_numpy()
    again = len(users) - len(places)
    if again:
        notes.append(f"{again} events equal another in user, item, time and rating: {'left out' if drop else 'kept'}")
        if drop:
            first[:] = False
            first[places] = True
    return first


def _with_unseen(ids: pa.Array, table: pa.Table, notes: list[str]) -> pa.Array:
    described = table.column("id").combine_chunks().cast(pa.string())
    unseen = described.filter(pa.array(rows_of(described, ids) < 0))
    notes.append(f"{len(unseen)} items without an event are kept")
    return pa.concat_arrays([ids.cast(pa.string()), unseen])


def _described(table: pa.Table, subject: str, ids: pa.Array, notes: list[str]) -> pa.Table:
    described = rows_of(ids, table.column("id").combine_chunks().cast(pa.string())) >= 0
    if not described.all():
        notes.append(f"{np.count_nonzero(~described)} of {len(ids)} {subject}s have no row in the table of {subject}s")
    names = table.column_names
    renamed: list[str] = []
    for name in names:
        ours = field_name(name) if subject == "item" and name != "id" else name
        ours = name if ours in renamed or (ours != name and ours in names) else ours
        if ours != name:
            notes.append(f"column {name} of {subject}s is read as {ours}")
        renamed.append(ours)
    return aligned(table.rename_columns(renamed), ids)


def _pictures(table: pa.Table, ids: pa.Array) -> pa.Array:
    column = aligned(table, ids).column("image").combine_chunks()
    return column.fill_null(b"")
