"""Interactions from ids in the order of the file to rows in the order of time, filtered.

Events may be more than memory holds: they are sorted from outside. Each piece of the file is numbered and sorted by
user; then, user range by user range, what all pieces have of a range is put together and sorted by user and time. At
hand are one piece or one range, the ids, and a byte an event for what is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lmrs.data.encode import Numbering
from lmrs.data.filters import kept, occurrences
from lmrs.data.radix import order
from lmrs.data.settings import DataSettings
from lmrs_plugins.dataset import Tables
from lmrs_plugins.errors import InputError
from lmrs_plugins.spool import PIECE, Spool, pieces

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """How much there is."""

    users: int
    items: int
    events: int

    @staticmethod
    def total(several: Iterable[Counts]) -> Counts:
        """Of all of them, which have nothing in common."""
        each = list(several)
        return Counts(*(sum(getattr(one, what) for one in each) for what in ("users", "items", "events")))


@dataclass(frozen=True)
class Events:
    """Interactions as a bundle holds them, the ids of users and items by row, and the counts around filtering."""

    table: pa.Table
    ids: dict[str, pa.Array]
    before: Counts
    after: Counts


def times_of(events: pa.Table) -> Floats | None:
    """(events,) seconds, NaN where unknown; None without timestamps."""
    return _numbers(events, "timestamp")


def arrange(tables: Tables, settings: DataSettings, notes: list[str]) -> Events:
    """Filter, number and sort. Users and items are numbered in the order in which the file first names them."""
    if settings.min_rating is not None and "rating" not in tables.interactions.column_names:
        raise InputError(f"data.min_rating is {settings.min_rating}, but {tables.name!r} has no rating; take it out")
    numberings = {"user": Numbering(), "item": Numbering()}
    table, mask = _sorted(_numbered(tables.interactions, numberings))
    ids = {subject: numbering.ids for subject, numbering in numberings.items()}
    before = Counts(len(ids["user"]), len(ids["item"]), table.num_rows)
    again = len(mask) - int(np.count_nonzero(mask))
    if again:
        notes.append(
            f"{again} events equal another in user, item, time and rating: "
            f"{'left out' if settings.policy == 'quarantine' else 'kept'}"
        )
    if settings.policy != "quarantine":
        mask[:] = True
    users, items = (np.asarray(table.column(subject).to_numpy()) for subject in ids)
    kept(users, items, _numbers(table, "rating"), settings, mask)
    if not mask.any():
        raise InputError(_nothing(tables.name, before, settings))
    if not mask.all():
        there = {"user": occurrences(users, mask) > 0, "item": occurrences(items, mask) > 0}
        table = _filtered(table, mask, there)
        ids = {subject: column.filter(pa.array(there[subject])) for subject, column in ids.items()}
    return Events(table, ids, before, Counts(len(ids["user"]), len(ids["item"]), table.num_rows))


def _numbers(table: pa.Table, name: str) -> Floats | None:
    return np.asarray(table.column(name).to_numpy()) if name in table.column_names else None


def _numbered(events: pa.Table, numberings: dict[str, Numbering]) -> pa.Table:
    """Codes in place of ids, each piece sorted by user; users and items come first."""
    others = [name for name in events.column_names if name not in numberings]
    fields = [pa.field(subject, pa.int64()) for subject in numberings] + [events.schema.field(name) for name in others]
    spool = Spool(pa.schema(fields))
    for piece in pieces(events.num_rows):
        part = events.slice(piece.start, piece.stop - piece.start)
        numbered = [pa.array(numbering.codes(part.column(subject))) for subject, numbering in numberings.items()]
        by_user = pa.array(order(np.asarray(numbered[0]), None))
        spool.add(
            pa.table([*numbered, *(part.column(name) for name in others)], names=spool.schema.names).take(by_user)
        )
    return spool.table()


def _sorted(runs: pa.Table) -> tuple[pa.Table, npt.NDArray[np.bool_]]:
    """Events by user, then time, then place, and where one is the first of its kind.

    An event without a time comes first, so that it is never held out.
    """
    spool = Spool(runs.schema)
    firsts = [np.empty(0, dtype=bool)]
    for part in _ranges(runs):
        times = _numbers(part, "timestamp")
        known = None if times is None else np.where(np.isnan(times), -np.inf, times)
        part = part.take(pa.array(order(np.asarray(part.column("user").to_numpy()), known)))
        firsts.append(_firsts(part))
        spool.add(part)
    return spool.table(), np.concatenate(firsts)


def _ranges(runs: pa.Table) -> Iterator[pa.Table]:
    """All events of some users at a time, in the order of the file within each piece of it."""
    users = np.asarray(runs.column("user").to_numpy())
    ends = np.cumsum(occurrences(users, np.broadcast_to(np.True_, len(users))))
    bounds = [0]
    while bounds[-1] < len(ends):
        done = ends[bounds[-1] - 1] if bounds[-1] else 0
        bounds.append(max(bounds[-1] + 1, int(np.searchsorted(ends, done + PIECE, side="right"))))
    cuts = np.stack([piece.start + np.searchsorted(users[piece], bounds) for piece in pieces(len(users))])
    for place in range(len(bounds) - 1):
        slices = [runs.slice(start, stop - start) for start, stop in cuts[:, place : place + 2].tolist()]
        yield pa.concat_tables(slices).combine_chunks()


def _firsts(events: pa.Table) -> npt.NDArray[np.bool_]:
    """(events,) false for an event equal to an earlier one in user, item, time and rating; they are sorted.

    Without a time nothing is: a repeated item is a second visit.
    """
    times, ratings = _numbers(events, "timestamp"), _numbers(events, "rating")
    first = np.ones(events.num_rows, dtype=bool)
    if times is None:
        return first
    users, items = (np.asarray(events.column(subject).to_numpy()) for subject in ("user", "item"))
    together = (np.diff(users) == 0) & (np.diff(times) == 0)
    near = np.flatnonzero(np.append(together, False) | np.append(False, together))  # another has its user and time
    if not len(near):
        return first
    keys = [users[near], times[near], items[near]]
    if ratings is not None:
        keys.append(np.nan_to_num(ratings[near], nan=-np.inf))
    by = np.lexsort((near, *keys))
    equal = np.logical_and.reduce([key[by][1:] == key[by][:-1] for key in keys])
    first[near[by[1:][equal]]] = False
    return first


def _filtered(table: pa.Table, mask: npt.NDArray[np.bool_], there: dict[str, npt.NDArray[np.bool_]]) -> pa.Table:
    """Events under a true mask, with codes without gaps in the same order; `there` says which codes are left."""
    spool = Spool(table.schema)
    for piece in pieces(len(mask)):
        part = table.slice(piece.start, piece.stop - piece.start).filter(pa.array(mask[piece]))
        for place, left in enumerate(there.values()):
            rows = (np.cumsum(left) - 1)[np.asarray(part.column(place).to_numpy())]
            part = part.set_column(place, part.column_names[place], [rows])
        spool.add(part)
    return spool.table()


def _nothing(name: str, before: Counts, settings: DataSettings) -> str:
    wishes = {word: getattr(settings, word) for word in ("min_rating", "max_users", "min_user", "min_item")}
    asked = ", ".join(f"{word} {value}" for word, value in wishes.items() if value)
    return f"nothing is left of the {before.events} events of {name!r} under {asked}; ask for less"
