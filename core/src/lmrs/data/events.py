"""Interactions from ids in the order of the file to rows in the order of time, filtered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lmrs.data.encode import Codes, codes, renumber
from lmrs.data.filters import kept
from lmrs.data.settings import DataSettings
from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """How much there is."""

    users: int
    items: int
    events: int


@dataclass(frozen=True)
class Events:
    """Interactions as a bundle holds them, the ids of users and items by row, and the counts around filtering."""

    table: pa.Table
    ids: dict[str, pa.Array]
    before: Counts
    after: Counts

    @property
    def times(self) -> Floats | None:
        """(events,) seconds, NaN where unknown; None without timestamps."""
        return _numbers(self.table, "timestamp")


def arrange(tables: Tables, settings: DataSettings, notes: list[str]) -> Events:
    """Filter, number and sort. Users and items are numbered in the order in which the file first names them."""
    events = tables.interactions
    users, user_ids = codes(events.column("user"))
    items, item_ids = codes(events.column("item"))
    before = Counts(len(user_ids), len(item_ids), len(users))
    times, ratings = _numbers(events, "timestamp"), _numbers(events, "rating")
    if settings.min_rating is not None and ratings is None:
        raise InputError(f"data.min_rating is {settings.min_rating}, but {tables.name!r} has no rating; take it out")
    order = _order(users, times)
    first = _firsts(order, users, items, times, ratings)
    again = np.count_nonzero(~first)
    drop = settings.policy == "quarantine"
    if again:
        done = "left out" if drop else "kept"
        notes.append(f"{again} events equal another in user, item, time and rating: {done}")
    mask = kept(users, items, ratings, settings, first if drop else np.ones_like(first))
    if not mask.any():
        raise InputError(_nothing(tables.name, before, settings))
    place = order[mask[order]]
    users, old_users = renumber(users[place], before.users)
    items, old_items = renumber(items[place], before.items)
    others = events.drop_columns(["user", "item"]).take(pa.array(place)).combine_chunks()
    return Events(
        table=pa.table({"user": users, "item": items, **{name: others.column(name) for name in others.column_names}}),
        ids={"user": user_ids.take(pa.array(old_users)), "item": item_ids.take(pa.array(old_items))},
        before=before,
        after=Counts(len(old_users), len(old_items), len(users)),
    )


def _numbers(table: pa.Table, name: str) -> Floats | None:
    return np.asarray(table.column(name).to_numpy()) if name in table.column_names else None


def _order(users: Codes, times: Floats | None) -> Codes:
    """By user, then time, then place; an event without a time comes first, so that it is never held out."""
    if times is None:
        return np.argsort(users, kind="stable")
    return np.lexsort((np.where(np.isnan(times), -np.inf, times), users))


def _firsts(
    order: Codes, users: Codes, items: Codes, times: Floats | None, ratings: Floats | None
) -> npt.NDArray[np.bool_]:
    """(events,) false for an event equal to an earlier one in user, item, time and rating.

    Without a time nothing is: a repeated item is a second visit.
    """
    first = np.ones(len(users), dtype=bool)
    if times is None:
        return first
    together = (np.diff(users[order]) == 0) & (np.diff(times[order]) == 0)
    near = order[np.append(together, False) | np.append(False, together)]  # who shares user and time with another
    if not len(near):
        return first
    keys = [users[near], times[near], items[near]]
    if ratings is not None:
        keys.append(np.nan_to_num(ratings[near], nan=-np.inf))
    by = np.lexsort((near, *keys))
    equal = np.logical_and.reduce([np.diff(key[by]) == 0 for key in keys[:3]])
    if ratings is not None:
        equal &= keys[3][by][1:] == keys[3][by][:-1]
    first[near[by[1:][equal]]] = False
    return first


def _nothing(name: str, before: Counts, settings: DataSettings) -> str:
    wishes = {word: getattr(settings, word) for word in ("min_rating", "max_users", "min_user", "min_item")}
    asked = ", ".join(f"{word} {value}" for word, value in wishes.items() if value)
    return f"nothing is left of the {before.events} events of {name!r} under {asked}; ask for less"
