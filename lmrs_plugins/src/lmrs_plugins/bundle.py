"""One data set as typed tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lmrs_plugins.arrow_digest import feed_column
from lmrs_plugins.errors import InputError
from lmrs_plugins.ragged import Ragged
from lmrs_plugins.spool import Spool, pieces
from lmrs_plugins.stretches import Stretches
from lmrs_plugins.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pyarrow as pa

IMPRESSION = "impression"
"""The table of what users were shown."""
PARTS = ("train", "valid", "test", "context")
"""`context` is neither trained on nor asked for: what a held-out user did before the event that is."""


@dataclass(frozen=True)
class Graph:
    """A named graph of typed edges: `head[e]` of `head_subject` —`relation[e]`→ `tail[e]` of `tail_subject`.

    All arrays are (edges,) int64; `relations` names the relation codes.
    """

    head_subject: str
    tail_subject: str
    head: npt.NDArray[np.int64]
    tail: npt.NDArray[np.int64]
    relation: npt.NDArray[np.int64]
    relations: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.head)


@dataclass(frozen=True)
class Windows:
    """Stretches of time, one after the other, that events fall into.

    `number` is (events,) int16 from 1, 0 where the time is not known. `asked` is (events,) int8, index into `PARTS`:
    the part of an event when its window is the one that is asked about, `valid` or `test`.
    """

    number: npt.NDArray[np.int16]
    asked: npt.NDArray[np.int8]

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.number.max(initial=0))

    def at(self, kept: npt.NDArray[np.bool_]) -> Windows:
        """Of some of the events."""
        return Windows(self.number[kept], self.asked[kept])


@dataclass(frozen=True)
class Bundle:
    """Everything that is known of one data set.

    Parameters
    ----------
    name
        For people.
    vocabularies
        Ids by subject: at least `user` and `item`.
    interactions
        Arrow table, one row an event, ordered by user, then time, then place in the file. Columns `user` and `item`
        hold rows (int64); `timestamp` (seconds, float64), `rating` (float64) and others where the data has them.
    tables
        Arrow tables by subject, row-aligned with the vocabulary: `item` with `title`, `categories`, … A missing value
        is null.
        `impression` is of no subject: each row is what one user was shown together. Columns `id` (string), `user`
        (row), `timestamp` (seconds, NaN where unknown), `history` (what the user had chosen before, in order),
        `candidates` (what was shown) and `clicks` (what of it was chosen), lists of rows of `item`, and `part` (int8,
        index into `PARTS`).
    graphs
        Named graphs: `knowledge`, `social`, …
    links
        For a subject, the row of the entity that it is linked to: `{"item": (n_items,) rows of entity, -1 for none}`.
    images
        For a subject, encoded image files (PNG, JPEG) by row, `b""` for none; an Arrow binary array.
    part
        (events,) int8, index into `PARTS`: which part of the split an event belongs to. None: nothing but training
        data, until the host has split.
    windows
        The time windows of the events, where the split is by windows.
    """

    name: str
    vocabularies: Mapping[str, Vocabulary]
    interactions: pa.Table
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    graphs: Mapping[str, Graph] = field(default_factory=dict)
    links: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    images: Mapping[str, pa.Array] = field(default_factory=dict)
    part: npt.NDArray[np.int8] | None = None
    windows: Windows | None = None

    def count(self, subject: str) -> int:
        """Number of rows of a subject; `event` counts interactions."""
        if subject == "event":
            return int(self.interactions.num_rows)
        if subject not in self.vocabularies:
            known = ", ".join(sorted(self.vocabularies))
            raise InputError(f"data set {self.name!r} has no {subject!r}: it has {known}")
        return len(self.vocabularies[subject])

    @cached_property
    def users(self) -> npt.NDArray[np.int64]:
        """(events,) row of the user of each event; ascending."""
        return self.column("user")

    @cached_property
    def items(self) -> npt.NDArray[np.int64]:
        """(events,) row of the item of each event."""
        return self.column("item")

    def column(self, name: str) -> npt.NDArray[np.int64]:
        """A column of the interactions as an array."""
        return np.asarray(self.interactions.column(name).to_numpy())

    def counts(self, subject: str) -> npt.NDArray[np.int64]:
        """(rows,) events of each row of a subject; counted in pieces, since numpy copies what is read-only."""
        rows, total = self.column(subject), np.zeros(self.count(subject), dtype=np.int64)
        for piece in pieces(len(rows)):
            total += np.bincount(rows[piece], minlength=len(total))
        return total

    @cached_property
    def histories(self) -> Ragged:
        """For each user the rows of its events, in order."""
        bounds = np.searchsorted(self.users, np.arange(self.count("user") + 1))
        return Stretches(None, bounds[:-1].astype(np.int64), bounds[1:].astype(np.int64))

    def texts(self, subject: str, name: str) -> list[str | None]:
        """A text field by row, None where it is missing."""
        self.require(f"{subject}.{name}")
        values: list[str | None] = self.tables[subject].column(name).to_pylist()
        return values

    def lists(self, subject: str, name: str) -> Ragged:
        """A column of lists of rows, as those of `impression`."""
        column = self.values(subject, name).combine_chunks()
        starts = np.concatenate([[0], np.cumsum(np.asarray(column.value_lengths()))]).astype(np.int64)
        return Ragged(np.asarray(column.flatten()), starts)

    def values(self, subject: str, name: str) -> pa.ChunkedArray:
        """A column of a subject's table by row; of the interactions, for `event`."""
        self.require(f"{subject}.{name}")
        return (self.interactions if subject == "event" else self.tables[subject]).column(name)

    def has(self, need: str) -> bool:
        """Whether the bundle has what a card `needs`: `interactions`, `item.title`, `graph.knowledge`, `image.item`…

        `event.rating` says the same as `interaction.rating`, so that `{subject}.{field}` can say either.
        """
        kind, _, name = need.partition(".")
        if kind == "interactions":
            return bool(self.interactions.num_rows > 0)
        if kind in ("interaction", "event"):
            return bool(name in self.interactions.column_names)
        if kind == "graph":
            return name in self.graphs
        if kind == "image":
            return name in self.images
        if kind == "link":
            return name in self.links
        if not name:
            return kind in self.vocabularies
        return kind in self.tables and bool(name in self.tables[kind].column_names)

    def require(self, need: str) -> None:
        """Raise an `InputError` that says what there is where `need` is missing."""
        if not self.has(need):
            raise InputError(f"data set {self.name!r} has no {need}: it has {', '.join(self.contents())}")

    def contents(self) -> list[str]:
        """What there is, in the words of `has`."""
        found = [f"interaction.{name}" for name in self.interactions.column_names]
        found += [f"{subject}.{name}" for subject, table in self.tables.items() for name in table.column_names]
        found += [f"graph.{name}" for name in self.graphs]
        return found + [f"image.{name}" for name in self.images] + [f"link.{name}" for name in self.links]

    def training(self) -> Bundle:
        """The bundle with training events only: what bindings, makers and artifacts are allowed to see.

        So too of impressions. Other tables, graphs and images are whole.
        """
        if self.part is None:
            return self
        kept = Spool(self.interactions.schema)
        for piece in pieces(len(self.part)):
            part = self.interactions.slice(piece.start, piece.stop - piece.start)
            kept.add(part.filter(self.part[piece] == 0))
        windows = None if self.windows is None else self.windows.at(self.part == 0)
        tables = dict(self.tables)
        if IMPRESSION in tables:
            shown = tables[IMPRESSION]
            tables[IMPRESSION] = shown.filter(np.asarray(shown.column("part").to_numpy()) == 0)
        return replace(self, interactions=kept.table(), tables=tables, part=None, windows=windows)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over ids, interactions, tables, graphs, links, images and the split."""
        digest = hashlib.sha256()
        for subject in sorted(self.vocabularies):
            digest.update(f"{subject} {self.vocabularies[subject].digest};".encode())
        for name, table in [("", self.interactions), *sorted(self.tables.items())]:
            for column in sorted(table.column_names):
                digest.update(f"{name}.{column} ".encode())
                feed_column(digest, table.column(column))
        for name, graph in sorted(self.graphs.items()):
            digest.update(repr((name, graph.head_subject, graph.tail_subject, graph.relations, len(graph))).encode())
            for array in (graph.head, graph.relation, graph.tail):
                digest.update(np.ascontiguousarray(array).data)
        for name, link in sorted(self.links.items()):
            digest.update(f"{name} {len(link)} ".encode() + np.ascontiguousarray(link).tobytes())
        for name, images in sorted(self.images.items()):
            digest.update(f"{name} ".encode())
            feed_column(digest, images)
        if self.part is not None:
            digest.update(np.ascontiguousarray(self.part).data)
        if self.windows is not None:
            digest.update(self.windows.number.tobytes() + self.windows.asked.tobytes())
        return digest.hexdigest()
