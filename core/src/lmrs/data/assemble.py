"""From tables as the files have them to a bundle: filtered, numbered, sorted, split."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from lmrs.data import graphs, impressions
from lmrs.data.encode import aligned, rows_of
from lmrs.data.events import Counts, arrange, times_of
from lmrs.data.given_parts import given
from lmrs.data.names import field_name
from lmrs.data.settings import Column, DataSettings, Impressions
from lmrs.data.settings import Windows as ByWindows
from lmrs.data.splits import TRAIN, Part, split
from lmrs.data.windows import part_at, windows
from lmrs_plugins.bundle import IMPRESSION, Bundle, Windows
from lmrs_plugins.dataset import Tables
from lmrs_plugins.spool import pieces
from lmrs_plugins.vocabulary import Vocabulary


@dataclass(frozen=True)
class Gathered:
    """A bundle that is not split yet, and the counts before and after filtering."""

    bundle: Bundle
    before: Counts
    after: Counts


def gather(tables: Tables, settings: DataSettings, notes: list[str]) -> Gathered:
    """Filter, number and sort one source; `notes` gets lines for people."""
    events = arrange(tables, settings, notes)
    ids = events.ids
    if settings.keep_unseen_items and "item" in tables.tables:
        ids["item"] = _with_unseen(ids["item"], tables.tables["item"], notes)
    shown = tables.tables.get(IMPRESSION)
    if shown is not None:
        shown = impressions.of_known_users(shown, ids["user"], notes)
        ids["item"] = impressions.with_shown(ids["item"], shown)
    found = graphs.build(tables, ids, settings.policy == "quarantine", notes)
    described = {name: table for name, table in tables.tables.items() if name in ids}
    bundle = Bundle(
        name=tables.name,
        vocabularies={subject: Vocabulary(subject, column.to_pylist()) for subject, column in ids.items()},
        interactions=events.table,
        tables={name: _described(table, name, ids[name], notes) for name, table in described.items()}
        | ({} if shown is None else {IMPRESSION: impressions.numbered(shown, ids)}),
        graphs=found.graphs,
        links=found.links,
        images={name: _pictures(table, ids[name]) for name, table in tables.images.items() if name in ids},
    )
    if events.after != events.before:
        notes.append(f"{events.before.events - events.after.events} of {events.before.events} events were filtered out")
    return Gathered(bundle, events.before, events.after)


def divided(bundle: Bundle, settings: DataSettings, notes: list[str]) -> Bundle:
    """The bundle, split."""
    bundle, part, stretches = _split(bundle, settings, notes)
    trained = np.zeros(bundle.count("item"), dtype=bool)
    for piece in pieces(len(part)):
        trained[bundle.items[piece][part[piece] == TRAIN]] = True
    cold = int(np.count_nonzero(~trained))
    if cold:
        notes.append(f"{cold} items have no training event")
    return replace(bundle, part=part, windows=stretches)


def _split(bundle: Bundle, settings: DataSettings, notes: list[str]) -> tuple[Bundle, Part, Windows | None]:
    """The bundle with its impressions split, and the part of every event; where the split is by windows, those too, and
    the last one is asked about.
    """
    if isinstance(settings.split, Impressions):
        return *impressions.divided(bundle, settings.split, notes), None
    if IMPRESSION in bundle.tables:
        bundle = impressions.undivided(bundle, settings.split.by, notes)
    if isinstance(settings.split, Column):
        return *given(bundle, settings.split), None
    users, times = bundle.users, times_of(bundle.interactions)
    if isinstance(settings.split, ByWindows):
        found = windows(users, times, settings.split, notes)
        return bundle, part_at(found, found.count - 1), found
    return bundle, split(users, times, settings.split, notes), None


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
