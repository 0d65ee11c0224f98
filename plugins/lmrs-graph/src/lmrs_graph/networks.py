"""Graphs as networkx has them, and back."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat

import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lmrs_graph.typed import Rows, check
from lmrs_plugins import Bundle, InputError, Vocabulary
from lmrs_plugins.bundle import Graph

RELATION = "relation"
RELATED = "related"


def to_networkx(bundle: Bundle, name: str) -> nx.MultiDiGraph:
    """A named graph of a bundle. A node is (subject, id), key and `relation` of an edge are its relation.

    Nodes without an edge are left out.
    """
    bundle.require(f"graph.{name}")
    graph = bundle.graphs[name]
    check(graph, bundle, f"graph {name!r} of {bundle.name!r}")
    ends = [
        zip(repeat(subject), pa.array(bundle.vocabularies[subject].ids).take(pa.array(rows)).to_pylist(), strict=False)
        for subject, rows in ((graph.head_subject, graph.head), (graph.tail_subject, graph.tail))
    ]
    relations = pa.array(graph.relations, pa.string()).take(pa.array(graph.relation)).to_pylist()
    made = nx.MultiDiGraph(name=name)
    made.add_edges_from(
        (head, tail, relation, {RELATION: relation}) for head, tail, relation in zip(*ends, relations, strict=True)
    )
    return made


def from_networkx(graph: nx.Graph, bundle: Bundle, head: str, tail: str = "") -> Graph:
    """The edges of a graph of ids, or of (subject, id), as a graph of the bundle from `head` to `tail` (as `head`).

    An edge without a `relation` is called `related`. Of (subject, id) edges between the two subjects are taken.

    Raises
    ------
    InputError
        No edge is left, or one leads to an id that the bundle does not have.
    """
    tail = tail or head
    edges = list(graph.edges(data=RELATION, default=RELATED))
    typed = [isinstance(one, tuple) for edge in edges[:1] for one in edge[:2]]
    if any(typed):
        edges = [(one[1], other[1], name) for one, other, name in edges if (one[0], other[0]) == (head, tail)]
    if not edges:
        raise InputError(f"the graph has no edges from {head} to {tail}")
    heads, tails, names = zip(*edges, strict=True)
    relations = pa.array([str(name) for name in names]).dictionary_encode()
    ends = [_rows(ids, bundle.vocabularies[subject]) for subject, ids in ((head, heads), (tail, tails))]
    codes = np.asarray(relations.indices, dtype=np.int64)
    return Graph(head, tail, *ends, codes, tuple(relations.dictionary.to_pylist()))


def _rows(ids: Iterable[object], vocabulary: Vocabulary) -> Rows:
    wanted = pa.array([str(one) for one in ids], pa.string())
    rows = pc.index_in(wanted, value_set=pa.array(vocabulary.ids, pa.string()))
    if rows.null_count:
        first = wanted.filter(rows.is_null())[0].as_py()
        raise InputError(
            f"the graph has {rows.null_count} edges to no {vocabulary.subject} of the data, first of all to {first!r}: "
            "leave them out, or add what they lead to"
        )
    return np.asarray(rows.to_numpy(), dtype=np.int64)
