"""Named graphs and links of a data set, from ids to rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.encode import Codes, codes, rows_of
from lmrs_plugins.bundle import Graph
from lmrs_plugins.dataset import Tables

ENTITY = "entity"


@dataclass(frozen=True)
class Found:
    """What `build` makes."""

    graphs: Mapping[str, Graph]
    links: Mapping[str, Codes]


def build(tables: Tables, ids: dict[str, pa.Array], quarantine: bool, notes: list[str]) -> Found:
    """Graphs and links over the vocabularies of `ids`, to which a vocabulary of entities is added.

    Edges with an end that is not in its vocabulary are left out. Under `quarantine` so are self-loops, repeated edges
    and links to entities of which no graph knows anything.
    """
    ends = {name: tables.ends.get(name, (ENTITY, ENTITY)) for name in tables.triples}
    linked = [link.column("entity") for link in tables.links.values()]
    columns = [
        tables.triples[name].column(side)
        for name in ends
        for side, of in zip(("head", "tail"), ends[name], strict=True)
        if of not in ids
    ]
    if columns or linked:
        known = _entities(columns)
        ids[ENTITY] = known if quarantine else _entities([pa.chunked_array([known]), *linked])
    found: dict[str, Graph] = {}
    for name, triples in tables.triples.items():
        subjects = tuple(of if of in ids else ENTITY for of in ends[name])
        found[name] = _graph(name, triples, subjects, ids, quarantine, notes)
    links: dict[str, Codes] = {}
    for subject, link in tables.links.items():
        if subject not in ids:
            continue
        links[subject] = _link(link, ids[subject], ids[ENTITY])
        again = link.num_rows - pc.count_distinct(link.column("id")).as_py()
        if again:
            notes.append(f"{again} links of {subject}s are of one that has a link already: left out")
        if columns and linked:
            loose = np.count_nonzero(rows_of(link.column("entity"), _entities(columns)) < 0)
            if loose:
                notes.append(
                    f"{loose} links of {subject}s lead to entities of no graph: {'left out' if quarantine else 'kept'}"
                )
    return Found(found, links)


def _entities(columns: list[pa.ChunkedArray]) -> pa.Array:
    chunks = [chunk.cast(pa.string()) for column in columns for chunk in column.chunks]
    return codes(pa.chunked_array(chunks, pa.string()))[1]


def _graph(
    name: str,
    triples: pa.Table,
    subjects: tuple[str, ...],
    ids: Mapping[str, pa.Array],
    quarantine: bool,
    notes: list[str],
) -> Graph:
    head, tail = (rows_of(triples.column(side), ids[of]) for side, of in zip(("head", "tail"), subjects, strict=True))
    relation, relations = codes(triples.column("relation"))
    inside = (head >= 0) & (tail >= 0)
    if not inside.all():
        notes.append(f"{np.count_nonzero(~inside)} edges of graph {name} lead to what has no event: left out")
    odd = {
        "are self-loops": inside & (head == tail) & (subjects[0] == subjects[1]),
        "repeat another": inside & ~_firsts(head, relation, tail),
    }
    for what, mask in odd.items():
        if mask.any():
            notes.append(
                f"{np.count_nonzero(mask)} edges of graph {name} {what}: {'left out' if quarantine else 'kept'}"
            )
            if quarantine:
                inside &= ~mask
    return Graph(subjects[0], subjects[1], head[inside], tail[inside], relation[inside], tuple(relations.to_pylist()))


def _firsts(head: Codes, relation: Codes, tail: Codes) -> npt.NDArray[np.bool_]:
    """(edges,) true for the first of equal edges."""
    order = np.lexsort((tail, relation, head))
    same = np.zeros(len(head), dtype=bool)
    same[1:] = (np.diff(head[order]) == 0) & (np.diff(relation[order]) == 0) & (np.diff(tail[order]) == 0)
    first = np.ones(len(head), dtype=bool)
    first[order[same]] = False
    return first


def _link(link: pa.Table, ids: pa.Array, entities: pa.Array) -> Codes:
    """(rows of the subject,) row of the entity, -1 for none; the first link of an id counts."""
    rows = rows_of(link.column("id"), ids)[::-1]
    to = rows_of(link.column("entity"), entities)[::-1]
    out = np.full(len(ids), -1, dtype=np.int64)
    out[rows[rows >= 0]] = to[rows >= 0]
    return out
