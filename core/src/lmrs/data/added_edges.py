"""What is known of items that came after training by graphs: the entity that each of them is, and edges to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lmrs.data.added_table import as_texts, table_of
from lmrs.data.graphs import ENTITY
from lmrs.data.names import listed
from lmrs.data.readers.atomic_sheet import read_sheet
from lmrs.data.readers.csv import Csv
from lmrs.data.readers.options import CsvOptions
from lmrs.data.report import Report
from lmrs.recipe.suggest import meant
from lmrs_plugins import Bundle, InputError
from lmrs_plugins.bundle import Graph

Rows = npt.NDArray[np.int64]
_ENDS = {
    "head": ("head", "head_id", "source", "source_id"),
    "relation": ("relation", "relation_id"),
    "tail": ("tail", "tail_id", "target", "target_id"),
}


def _delimited(path: Path) -> pa.Table:
    return Csv(CsvOptions(separator="", items="")).sheet(path, Report("strict")).table


def _atomic(path: Path) -> pa.Table:
    return read_sheet(path, Report("strict"))[0].table


_READERS = {".csv": _delimited, ".tsv": _delimited, ".kg": _atomic, ".net": _atomic}


@dataclass(frozen=True)
class AddedEdges:
    """In the rows that the data have once the items, and the `entities` that are new, stand at the end of theirs.

    `links` is (items,), the entity that each added item is, -1 for none; None where items are no entities. `graphs`
    has the head, relation and tail of each edge, (edges,) each, by the name of a graph.
    """

    entities: tuple[str, ...] = ()
    links: Rows | None = None
    graphs: Mapping[str, tuple[Rows, Rows, Rows]] = field(default_factory=dict)


def read_edges(edges: Any, items: Sequence[str], said: Sequence[str | None] | None, bundle: Bundle) -> AddedEdges:
    """Entities and edges of added items.

    Parameters
    ----------
    edges
        A table of edges by the name of a graph, or one table for the only graph that could be meant: Arrow's, a frame
        of pandas or polars, or a CSV, TSV, Parquet, `.kg` or `.net` file, with the columns head, relation and tail.
        Ids are as in the data's graph. None for no edges.
    items
        Ids of the added items.
    said
        The entity that each is, known or new, None for none. Where nobody says, an item is an entity of its own id if
        an edge names it.

    Raises
    ------
    InputError
        An edge has an end, or a relation, that is not there, or joins what the data know already.
    """
    if said is not None and "item" not in bundle.links:
        raise InputError(
            f"items to add say which entities they are, and the items of {bundle.name!r} are linked to none"
        )
    tables = {name: _triples(source, name) for name, source in _named(edges, bundle).items()}
    entities, links = _entities(tables, items, said, bundle)
    more = {"item": items, ENTITY: entities}
    graphs = {name: _edges(found, bundle.graphs[name], bundle, more, where) for name, (found, where) in tables.items()}
    return AddedEdges(tuple(entities), links, graphs)


def _named(edges: Any, bundle: Bundle) -> dict[str, Any]:
    """Sources by the name of their graph."""
    if edges is None:
        return {}
    fitting = [
        name for name, graph in bundle.graphs.items() if {graph.head_subject, graph.tail_subject} & {"item", ENTITY}
    ]
    if not fitting:
        raise InputError(f"edges to add: {bundle.name!r} has no graph of items or of what they are")
    if isinstance(edges, Mapping):
        for name in edges:
            if name not in fitting:
                raise InputError(f"edges to add: there is no graph {name!r} of items or entities{meant(name, fitting)}")
        return dict(edges)
    if len(fitting) > 1:
        raise InputError(f"edges to add: say of which graph, GRAPH=FILE: there are {', '.join(fitting)}")
    return {fitting[0]: edges}


def _triples(source: Any, name: str) -> tuple[dict[str, list[str]], str]:
    """Texts of the columns head, relation and tail, by their usual names or by place; and how messages call it."""
    table, where = table_of(source, f"the table of edges of {name!r}", "edges to add", _READERS)
    names = table.column_names
    if len(names) < len(_ENDS):
        raise InputError(f"{where}: edges have the columns head, relation and tail, not {listed(names)}")
    found: dict[str, list[str]] = {}
    lower = [column.strip().lower() for column in names]
    by_name = all(set(usual) & set(lower) for usual in _ENDS.values())
    for place, (end, usual) in enumerate(_ENDS.items()):
        at = next(lower.index(word) for word in usual if word in lower) if by_name else place
        texts = as_texts(table.column(at), f"{where}: column {names[at]!r}")
        for row, text in enumerate(texts, 1):
            if text is None or not text.strip():
                raise InputError(f"{where}: edge {row} has no {end}")
        found[end] = [str(text) for text in texts]
    if not found["head"]:
        raise InputError(f"{where}: no edges in it")
    return found, where


def _entities(
    tables: Mapping[str, tuple[dict[str, list[str]], str]],
    items: Sequence[str],
    said: Sequence[str | None] | None,
    bundle: Bundle,
) -> tuple[list[str], Rows | None]:
    """Entities that the data do not know, and the one that each item is."""
    if "item" not in bundle.links:
        return [], None
    known, where = bundle.vocabularies[ENTITY], next((where for _, where in tables.values()), "")
    named = {
        id_
        for name, (found, _) in tables.items()
        for end, subject in (("head", bundle.graphs[name].head_subject), ("tail", bundle.graphs[name].tail_subject))
        if subject == ENTITY
        for id_ in found[end]
    }
    ours: list[str | None] = list(said) if said is not None else [id_ if id_ in named else None for id_ in items]
    for item, entity in zip(items, ours, strict=True):
        if said is None and entity is not None and entity in known:
            raise InputError(
                f"{where}: {item!r} is an item to add, and an entity that the data know; say which entity the item is, "
                "in a column 'entity'"
            )
    new = list(dict.fromkeys(one for one in ours if one is not None and one not in known))
    rows = {one: len(known) + place for place, one in enumerate(new)}
    links = [-1 if one is None else rows[one] if one in rows else int(known.rows([one])[0]) for one in ours]
    return new, np.array(links, dtype=np.int64)


def _edges(
    found: Mapping[str, list[str]], graph: Graph, bundle: Bundle, more: Mapping[str, Sequence[str]], where: str
) -> tuple[Rows, Rows, Rows]:
    ends: dict[str, Rows] = {}
    late = np.zeros(len(found["head"]), dtype=bool)
    for end, subject in (("head", graph.head_subject), ("tail", graph.tail_subject)):
        ends[end], new = _end(found[end], subject, bundle, more.get(subject, ()), where)
        late |= new
    codes = {name: code for code, name in enumerate(graph.relations)}
    for row, name in enumerate(found["relation"], 1):
        if name not in codes:
            hint = meant(name, codes)
            raise InputError(f"{where}: edge {row}: no relation {name!r} in the graph that was trained with{hint}")
    if not late.all():
        row = int(np.flatnonzero(~late)[0])
        joined = f"{found['head'][row]!r} and {found['tail'][row]!r}"
        raise InputError(
            f"{where}: edge {row + 1} joins {joined}, and neither is added; give edges of added items only"
        )
    relation = np.array([codes[name] for name in found["relation"]], dtype=np.int64)
    return ends["head"], relation, ends["tail"]


def _end(
    ids: Sequence[str], subject: str, bundle: Bundle, more: Sequence[str], where: str
) -> tuple[Rows, npt.NDArray[np.bool_]]:
    """(edges,) rows of one end, and whether what stands there is added."""
    known = bundle.vocabularies[subject]
    later = {id_: len(known) + place for place, id_ in enumerate(more)}
    wanted = list(dict.fromkeys(id_ for id_ in ids if id_ not in later))
    for id_ in wanted:
        if id_ not in known:
            row = ids.index(id_) + 1
            lost = f"{where}: edge {row}: {id_!r} is no {subject} of these data, nor one that is added"
            raise InputError(f"{lost}; leave the edge out, or link an added item to it in a column 'entity'")
    rows = dict(zip(wanted, known.rows(wanted).tolist(), strict=True)) | later
    return np.array([rows[id_] for id_ in ids], dtype=np.int64), np.array([id_ in later for id_ in ids])
