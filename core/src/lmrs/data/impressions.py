"""What users were shown: from ids to rows, and split so that nothing learns from what is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.encode import rows_of
from lmrs.data.radix import ranked
from lmrs.data.settings import Impressions
from lmrs_plugins.bundle import IMPRESSION, PARTS, Bundle
from lmrs_plugins.errors import InputError
from lmrs_plugins.ragged import Ragged

TRAIN, VALID, TEST, CONTEXT = range(4)
LISTS = ("history", "candidates", "clicks")
NOT_SAID = -1
"""The part of an impression of which the files do not say any."""

Part = npt.NDArray[np.int8]


def of_known_users(table: pa.Table, users: pa.Array, notes: list[str]) -> pa.Table:
    """Impressions whose user is one of these, who all have an event."""
    there = rows_of(table.column("user"), users) >= 0
    if not there.all():
        notes.append(f"{np.count_nonzero(~there)} impressions of users without an event are left out")
    return table.filter(pa.array(there))


def with_shown(items: pa.Array, table: pa.Table) -> pa.Array:
    """Ids of items, and behind them those that only impressions name."""
    named = pa.concat_arrays([_flat(table.column(name)) for name in LISTS[:2]])
    return pa.concat_arrays([items.cast(pa.string()), pc.unique(named.filter(pa.array(rows_of(named, items) < 0)))])


def numbered(table: pa.Table, ids: Mapping[str, pa.Array]) -> pa.Table:
    """The table as a bundle has it: rows in place of ids, and in `part` what the files say, or `NOT_SAID`."""
    said = table.column("part") if "part" in table.column_names else pa.nulls(table.num_rows, pa.string())
    part = pc.fill_null(pc.index_in(said, value_set=pa.array(PARTS)), NOT_SAID)
    rows = {name: _rows(table.column(name), ids["item"]) for name in LISTS}
    return pa.table(
        {
            "id": table.column("id"),
            "user": rows_of(table.column("user"), ids["user"]),
            "timestamp": table.column("timestamp"),
            **rows,
            "part": pc.cast(part, pa.int8()),
        }
    )


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks().flatten().cast(pa.string())


def _rows(column: pa.ChunkedArray, ids: pa.Array) -> pa.Array:
    lengths = np.asarray(column.combine_chunks().value_lengths())
    return as_lists(Ragged(rows_of(_flat(column), ids), np.append(0, np.cumsum(lengths)).astype(np.int64)))


def as_lists(lists: Ragged) -> pa.Array:
    """As Arrow has them."""
    return pa.ListArray.from_arrays(pa.array(lists.offsets, pa.int32()), pa.array(lists.values, pa.int64()))


def moved(table: pa.Table, user: int, item: int) -> pa.Table:
    """The table with so much added to rows of users and of items."""
    columns = {name: table.column(name) for name in table.column_names}
    columns["user"] = pc.add(columns["user"], user)
    for name in LISTS:
        lists = columns[name].combine_chunks()
        offsets = np.append(0, np.cumsum(np.asarray(lists.value_lengths())))
        columns[name] = as_lists(Ragged(np.asarray(lists.flatten()) + item, offsets.astype(np.int64)))
    return pa.table(columns)


def undivided(bundle: Bundle, by: str, notes: list[str]) -> Bundle:
    """Impressions under a split that says nothing of them: nothing learns from them, and nothing is asked."""
    notes.append(
        f"{bundle.tables[IMPRESSION].num_rows} impressions are neither trained on nor asked about under a split by "
        f"{by}: data.split.by=impressions"
    )
    return _parted(bundle, np.full(bundle.tables[IMPRESSION].num_rows, CONTEXT, dtype=np.int8))


def divided(bundle: Bundle, settings: Impressions, notes: list[str]) -> tuple[Bundle, Part]:
    """The bundle with its impressions split, and the part of every event.

    Where the files say of impressions what they are for, that holds; if none is for the test, those for validation are
    tested, and the latest of training are for validation. Otherwise the latest are tested. One in which nothing was
    clicked is context. An event is trained on if it comes before all impressions that are asked about, or, where its
    time is unknown, if a training impression has it in its history. Other events are of the part of the impression in
    which they were clicked, or context.
    """
    if IMPRESSION not in bundle.tables:
        raise InputError(f"data.split.by is impressions, and {bundle.name!r} has none; use another data.split.by")
    table = bundle.tables[IMPRESSION]
    times = np.asarray(table.column("timestamp").to_numpy())
    clicked = bundle.lists(IMPRESSION, "clicks").lengths > 0
    said = np.asarray(table.column("part").to_numpy())
    part = _as_said(said, times, clicked, settings) if (said >= 0).any() else _by_time(times, clicked, settings)
    for code in (TRAIN, TEST):
        if not (part == code).any():
            raise InputError(
                f"a split by impressions leaves none with a click for {PARTS[code]}; change data.split.valid and test"
            )
    if not clicked.all():
        notes.append(f"{np.count_nonzero(~clicked)} impressions without a click are neither trained on nor asked about")
    counted = [f"{np.count_nonzero(part == code)} {PARTS[code]}" for code in (TRAIN, VALID, TEST, CONTEXT)]
    notes.append(f"impressions: {', '.join(counted)}")
    return _parted(bundle, part), _events(bundle, part, times)


def _as_said(said: Part, times: npt.NDArray[np.float64], clicked: npt.NDArray[np.bool_], settings: Impressions) -> Part:
    part = np.where(clicked & (said >= 0), said, CONTEXT).astype(np.int8)
    if not (part == TEST).any():
        part[part == VALID] = TEST
        trained = np.flatnonzero((part == TRAIN) & ~np.isnan(times))
        kept = int(len(trained) * (1 - settings.valid))
        if kept < len(trained):
            part[trained[times[trained] >= ranked(times[trained], kept)]] = VALID
    return part


def _by_time(times: npt.NDArray[np.float64], clicked: npt.NDArray[np.bool_], settings: Impressions) -> Part:
    asked = np.flatnonzero(clicked & ~np.isnan(times))
    part = np.full(len(times), CONTEXT, dtype=np.int8)
    if not len(asked):
        raise InputError("a split by impressions needs impressions with a click and a time, and there are none")
    first, second = (
        ranked(times[asked], min(int(len(asked) * share), len(asked) - 1))
        for share in (1 - settings.valid - settings.test, 1 - settings.test)
    )
    part[asked] = np.select([times[asked] >= second, times[asked] >= first], [TEST, VALID], TRAIN)
    return part


def _events(bundle: Bundle, part: Part, times: npt.NDArray[np.float64]) -> Part:
    items = bundle.count("item")
    keys = bundle.users * items + bundle.items
    at = np.full(len(keys), np.nan)
    if "timestamp" in bundle.interactions.column_names:
        at = np.asarray(bundle.interactions.column("timestamp").to_numpy())

    def among(name: str, code: int) -> npt.NDArray[np.bool_]:
        """Whether each event stands in that list of an impression of its user in a part."""
        chosen = np.flatnonzero(part == code)
        lists = bundle.lists(IMPRESSION, name).take(chosen)
        users = np.asarray(bundle.values(IMPRESSION, "user").to_numpy())[chosen]
        found: npt.NDArray[np.bool_] = np.isin(keys, np.repeat(users, lists.lengths) * items + lists.values)
        return found

    later = np.fmin.reduce(times[(part == VALID) | (part == TEST)], initial=np.inf)
    tested = np.fmin.reduce(times[part == TEST], initial=np.inf)
    early = np.where(np.isnan(at), among("history", TRAIN), at < later)
    held = [early, among("clicks", VALID) & (at < tested), among("clicks", TEST)]
    return np.select(held, [TRAIN, VALID, TEST], CONTEXT).astype(np.int8)


def _parted(bundle: Bundle, part: Part) -> Bundle:
    table = bundle.tables[IMPRESSION]
    place = table.column_names.index("part")
    tables = {**bundle.tables, IMPRESSION: table.set_column(place, "part", [pa.array(part)])}
    return replace(bundle, tables=tables)
