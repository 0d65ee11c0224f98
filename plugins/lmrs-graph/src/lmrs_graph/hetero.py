"""Graphs as PyG's `HeteroData`, and back."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch

from lmrs_graph.pyg import HeteroData
from lmrs_graph.typed import check, interactions
from lmrs_plugins import Bundle, InputError
from lmrs_plugins.bundle import Graph

CHOSE, IS = "chose", "is"


def to_hetero(bundle: Bundle, names: Iterable[str] | None = None) -> HeteroData:
    """Named graphs of a bundle, all by default, with the training events as `chose` and the links as `is`.

    Nodes of a type are the rows of a subject, an edge type is a relation between two of them.
    """
    data = HeteroData()
    for subject, vocabulary in bundle.vocabularies.items():
        data[subject].num_nodes = len(vocabulary)
    if bundle.training().count("event"):
        chosen = interactions(bundle)
        _put(data, ("user", CHOSE, "item"), chosen.source, chosen.target - chosen.sizes["user"])
    for subject, link in bundle.links.items():
        linked = np.flatnonzero(link >= 0)
        _put(data, (subject, IS, "entity"), linked, link[linked])
    for name in bundle.graphs if names is None else names:
        bundle.require(f"graph.{name}")
        graph = bundle.graphs[name]
        check(graph, bundle, f"graph {name!r} of {bundle.name!r}")
        for code, relation in enumerate(graph.relations):
            edges = graph.relation == code
            _put(data, (graph.head_subject, relation, graph.tail_subject), graph.head[edges], graph.tail[edges])
    return data


def from_hetero(data: HeteroData, head: str, tail: str) -> Graph:
    """All edges from nodes of one type to those of another, as a graph of a bundle whose rows they are."""
    types = [(one, relation, other) for one, relation, other in data.edge_types if (one, other) == (head, tail)]
    if not types:
        there = ", ".join(" ".join(one) for one in data.edge_types) or "none"
        raise InputError(f"the data have no edges from {head} to {tail}: their edge types are {there}")
    edges = [np.asarray(data[one].edge_index.cpu(), dtype=np.int64) for one in types]
    source, target = np.concatenate(edges, axis=1)
    for subject, rows in ((head, source), (tail, target)):
        count = data[subject].num_nodes
        outside = np.flatnonzero((rows < 0) | (rows >= (np.inf if count is None else count)))
        if len(outside):
            raise InputError(f"an edge from {head} to {tail} ends at {subject} {rows[outside[0]]}, of {count}")
    codes = np.repeat(np.arange(len(types)), [each.shape[1] for each in edges])
    return Graph(head, tail, source, target, codes, tuple(relation for _, relation, _ in types))


def _put(
    data: HeteroData,
    kind: tuple[str, str, str],
    source: np.ndarray[tuple[int], np.dtype[np.int64]],
    target: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    """Edges of a type; those of several graphs under one name follow one another."""
    edges = torch.from_numpy(np.stack([source, target]))
    before = [data[kind].edge_index] if kind in data.edge_types else []
    data[kind].edge_index = torch.cat([*before, edges], dim=1)
