"""What is known of the rows of a subject beside events: values that several of them may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmrs_graph.adjacency import starts
from lmrs_graph.typed import Rows, TypedGraph, named
from lmrs_plugins import Bundle, InputError
from lmrs_plugins.distinct import distinct

PARTS = 8
"""Into how many parts, each with as many rows as any other, the numbers of a column are cut."""


@dataclass(frozen=True)
class Sides:
    """Row `row[m]` has value `value[m]`: (m,) int64, each pair once, ascending by value, then row.

    `names` names the values: `gender: F`; `knowledge, made-by: e7`.
    """

    rows: int
    row: Rows
    value: Rows
    names: tuple[str, ...]


def sides(bundle: Bundle, subject: str, columns: Sequence[str], graphs: Sequence[str]) -> Sides:
    """Values of columns of the subject's table, and what edges of named graphs lead to.

    A column holds words, lists of words, or numbers, which are cut into parts. Of a graph the rows are nodes
    themselves, or are linked to its entities; a relation and the node at its other end are one value. In a graph of the
    subject alone a row has its neighbours as values, and itself: two that know each other have that in common.

    Raises
    ------
    InputError
        There is no such column or graph, or nothing of the subject is a node of the graph.
    """
    pieces = [_column(bundle, subject, name) for name in columns]
    pieces += [_graph(bundle, subject, name) for name in graphs]
    row, value = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    names: tuple[str, ...] = ()
    for piece in pieces:
        row = np.concatenate([row, piece.row])
        value = np.concatenate([value, piece.value + len(names)])
        names = (*names, *piece.names)
    count = bundle.count(subject)
    value, row = np.divmod(distinct(value * count + row), max(1, count))
    return Sides(count, row, value, names)


def is_own(bundle: Bundle, subject: str, name: str) -> bool:
    """Whether a graph is of the subject alone, as friends are of users."""
    bundle.require(f"graph.{name}")
    graph = bundle.graphs[name]
    return graph.head_subject == graph.tail_subject == subject


def _column(bundle: Bundle, subject: str, name: str) -> Sides:
    cells = bundle.values(subject, name).combine_chunks()
    count, row = len(cells), np.arange(len(cells))
    if pa.types.is_list(cells.type) or pa.types.is_large_list(cells.type):
        row = np.asarray(pc.list_parent_indices(cells)).astype(np.int64)
        cells = pc.list_flatten(cells)
    if pa.types.is_floating(cells.type) or pa.types.is_integer(cells.type):
        numbers = np.asarray(cells.cast(pa.float64()).to_numpy(zero_copy_only=False))
        there = ~np.isnan(numbers)
        cuts = np.quantile(numbers[there], np.arange(1, PARTS) / PARTS) if there.any() else np.empty(0)
        value = np.searchsorted(cuts, numbers[there], side="right").astype(np.int64)
        return Sides(count, row[there], value, tuple(f"{name}: part {part + 1} of {PARTS}" for part in range(PARTS)))
    there = np.asarray(cells.is_valid())
    coded = cells.filter(cells.is_valid()).dictionary_encode()
    value = np.asarray(coded.indices).astype(np.int64)
    return Sides(count, row[there], value, tuple(f"{name}: {one}" for one in coded.dictionary.to_pylist()))


def _graph(bundle: Bundle, subject: str, name: str) -> Sides:
    graph, count = named(bundle, name).both_ways(), bundle.count(subject)
    if is_own(bundle, subject, name):
        itself = np.arange(count)
        row, value = np.concatenate([graph.target, itself]), np.concatenate([graph.source, itself])
        return Sides(count, row, value, tuple(f"{name}: {one}" for one in bundle.vocabularies[subject].ids))
    node = _nodes(bundle, subject, graph, name)
    order = np.argsort(node, kind="stable")[np.count_nonzero(node < 0) :]
    first = starts(node[order], graph.nodes)
    many = np.diff(first)[graph.source]
    edge = np.repeat(np.arange(len(graph)), many)
    place = np.arange(len(edge)) - np.repeat(np.cumsum(many) - many, many)
    row = order[first[graph.source[edge]] + place]
    key = graph.relation[edge] * graph.nodes + graph.target[edge]
    kinds = distinct(key)
    relation, other = np.divmod(kinds, max(1, graph.nodes))
    ids = [one for of in graph.sizes for one in bundle.vocabularies[of].ids]
    names = [f"{name}, {graph.relations[code]}: {ids[at]}" for code, at in zip(relation, other, strict=True)]
    return Sides(count, row, np.searchsorted(kinds, key), tuple(names))


def _nodes(bundle: Bundle, subject: str, graph: TypedGraph, name: str) -> Rows:
    """(rows,) the node that each row is, -1 for none."""
    first = dict(zip(graph.sizes, np.cumsum([0, *graph.sizes.values()]).tolist(), strict=False))
    if subject in first:
        return np.arange(bundle.count(subject)) + first[subject]
    links = bundle.links.get(subject) if "entity" in first else None
    if links is None:
        of = " and ".join(graph.sizes)
        raise InputError(f"graph {name!r} of {bundle.name!r} is of {of}, and no {subject} is linked to its entities")
    return np.where(links >= 0, links + first["entity"], -1)
