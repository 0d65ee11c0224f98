"""Several data sets as one: each a domain, whose ids begin with its name.

Nothing is shared between domains but columns, and relations, of one name. Users of one stand in a row, so that events
stay ordered by user.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lmrs.data.impressions import moved
from lmrs.data.names import distinct
from lmrs_plugins.bundle import IMPRESSION, Bundle, Graph
from lmrs_plugins.errors import InputError
from lmrs_plugins.spool import Spool, pieces
from lmrs_plugins.vocabulary import Vocabulary

DOMAIN = "domain"
"""The column of users and items that says which they are of."""
_UNKNOWN = ("timestamp", "rating")
"""Columns of events in which NaN, and not null, is what is not known."""


def joined(domains: Mapping[str, Bundle]) -> Bundle:
    """The data sets as one that is not split, by the names of the domains.

    Raises
    ------
    InputError
        A name cannot begin an id; a column has two types; a graph has other ends in another domain.
    """
    for name in domains:
        if not name or ":" in name:
            raise InputError(f"data.source: {name!r} cannot begin ids, NAME:id; give the source another `name`")
    subjects = list(dict.fromkeys(subject for bundle in domains.values() for subject in bundle.vocabularies))
    sizes = {
        name: {subject: len(bundle.vocabularies.get(subject, ())) for subject in subjects}
        for name, bundle in domains.items()
    }
    first = _firsts(sizes)
    return Bundle(
        name=" + ".join(domains),
        vocabularies={subject: Vocabulary(subject, _ids(domains, subject)) for subject in subjects},
        interactions=_interactions(domains, first),
        tables={
            subject: _table(domains, subject, {name: counts[subject] for name, counts in sizes.items()})
            for subject in subjects
            if subject in ("user", "item") or any(subject in bundle.tables for bundle in domains.values())
        }
        | _shown(domains, first),
        graphs={name: _graph(name, domains, first) for name in _names(domains, "graphs")},
        links={subject: _links(domains, subject, sizes, first) for subject in _names(domains, "links")},
        images={subject: _images(domains, subject, sizes) for subject in _names(domains, "images")},
    )


def _firsts(sizes: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """By domain and subject, the row of its first one."""
    found: dict[str, dict[str, int]] = {}
    before: dict[str, int] = {}
    for name, counts in sizes.items():
        found[name] = {subject: before.get(subject, 0) for subject in counts}
        before = {subject: found[name][subject] + count for subject, count in counts.items()}
    return found


def _names(domains: Mapping[str, Bundle], what: str) -> list[str]:
    return list(dict.fromkeys(name for bundle in domains.values() for name in getattr(bundle, what)))


def _ids(domains: Mapping[str, Bundle], subject: str) -> list[str]:
    ids: list[str] = []
    for name, bundle in domains.items():
        if subject in bundle.vocabularies:
            own = pa.array(bundle.vocabularies[subject].ids, pa.string())
            ids += pc.binary_join_element_wise(pa.scalar(name), own, ":").to_pylist()
    return ids


def _interactions(domains: Mapping[str, Bundle], first: Mapping[str, Mapping[str, int]]) -> pa.Table:
    schema = _schema({name: bundle.interactions.schema for name, bundle in domains.items()}, "interaction")
    spool = Spool(schema)
    for name, bundle in domains.items():
        events = bundle.interactions
        for piece in pieces(events.num_rows):
            part = events.slice(piece.start, piece.stop - piece.start)
            for subject in ("user", "item"):
                rows = np.asarray(part.column(subject).to_numpy()) + first[name][subject]
                part = part.set_column(part.column_names.index(subject), subject, [rows])
            spool.add(_under(part, schema))
    return spool.table()


def _shown(domains: Mapping[str, Bundle], first: Mapping[str, Mapping[str, int]]) -> dict[str, pa.Table]:
    """The impressions of all domains, where any has them."""
    there = [
        moved(bundle.tables[IMPRESSION], first[name]["user"], first[name]["item"])
        for name, bundle in domains.items()
        if IMPRESSION in bundle.tables
    ]
    return {IMPRESSION: pa.concat_tables(there).combine_chunks()} if there else {}


def _schema(schemas: Mapping[str, pa.Schema], what: str) -> pa.Schema:
    """All columns, each of the one type that it has; `what` they are of, in the words of `Bundle.has`."""
    fields: dict[str, pa.DataType] = {}
    named: dict[str, str] = {}
    for domain, schema in schemas.items():
        for column in schema:
            known = fields.get(column.name, pa.null())
            if pa.types.is_null(known):
                fields[column.name], named[column.name] = column.type, domain
            elif column.type != known and not pa.types.is_null(column.type):
                raise InputError(
                    f"{what}.{column.name} is {known} in {named[column.name]!r} and {column.type} in "
                    f"{domain!r}: in one data set it has one type; leave it out with data.drop, or change it"
                )
    return pa.schema(list(fields.items()))


def _under(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with all columns of the schema; what it does not have is not known."""
    columns = [
        table.column(column.name).cast(column.type)
        if column.name in table.column_names
        else _nothing(column, table.num_rows)
        for column in schema
    ]
    return pa.table(columns, schema=schema)


def _nothing(column: pa.Field, rows: int) -> pa.Array:
    if column.name in _UNKNOWN and pa.types.is_floating(column.type):
        return pa.repeat(pa.scalar(np.nan, column.type), rows)
    return pa.nulls(rows, column.type)


def _table(domains: Mapping[str, Bundle], subject: str, sizes: Mapping[str, int]) -> pa.Table:
    """What is known of a subject, and the domain; a column that was called so has a number now."""
    tables: dict[str, pa.Table] = {}
    for name, bundle in domains.items():
        domain = pa.repeat(pa.scalar(name, pa.string()), sizes[name])
        table = bundle.tables.get(subject)
        columns = [domain] if table is None else [domain, *table.columns]
        names = [DOMAIN] if table is None else distinct([DOMAIN, *table.column_names])[0]
        tables[name] = pa.table(columns, names=names)
    schema = _schema({name: table.schema for name, table in tables.items()}, subject)
    order = [name for name in schema.names if name != DOMAIN]
    table = pa.concat_tables([_under(table, schema) for table in tables.values()]).combine_chunks()
    return table.select([*order, DOMAIN])


def _graph(name: str, domains: Mapping[str, Bundle], first: Mapping[str, Mapping[str, int]]) -> Graph:
    """Edges of all domains; relations of one name are one."""
    there = {domain: bundle.graphs[name] for domain, bundle in domains.items() if name in bundle.graphs}
    (start, one), *others = there.items()
    for domain, other in others:
        if (one.head_subject, one.tail_subject) != (other.head_subject, other.tail_subject):
            raise InputError(
                f"graph {name!r} leads from {one.head_subject} to {one.tail_subject} in {start!r} and from "
                f"{other.head_subject} to {other.tail_subject} in {domain!r}: they cannot be one; leave it out with "
                f"data.drop: [graph.{name}]"
            )
    relations = list(dict.fromkeys(relation for graph in there.values() for relation in graph.relations))
    code = {relation: number for number, relation in enumerate(relations)}

    def rows(side: str, subject: str) -> npt.NDArray[np.int64]:
        return np.concatenate([getattr(graph, side) + first[domain][subject] for domain, graph in there.items()])

    codes = [
        np.array([code[relation] for relation in graph.relations], dtype=np.int64)[graph.relation]
        for graph in there.values()
    ]
    return Graph(
        one.head_subject,
        one.tail_subject,
        rows("head", one.head_subject),
        rows("tail", one.tail_subject),
        np.concatenate(codes),
        tuple(relations),
    )


def _links(
    domains: Mapping[str, Bundle],
    subject: str,
    sizes: Mapping[str, Mapping[str, int]],
    first: Mapping[str, Mapping[str, int]],
) -> npt.NDArray[np.int64]:
    """(rows,) row of the entity, -1 for none."""
    found = []
    for name, bundle in domains.items():
        link = bundle.links.get(subject, np.full(sizes[name][subject], -1, dtype=np.int64))
        found.append(np.where(link >= 0, link + first[name].get("entity", 0), -1))
    return np.concatenate(found)


def _images(domains: Mapping[str, Bundle], subject: str, sizes: Mapping[str, Mapping[str, int]]) -> pa.Array:
    kind: Any = next(bundle.images[subject].type for bundle in domains.values() if subject in bundle.images)
    return pa.concat_arrays(
        [
            bundle.images[subject].cast(kind)
            if subject in bundle.images
            else pa.repeat(pa.scalar(b"", kind), sizes[name][subject])
            for name, bundle in domains.items()
        ]
    )
