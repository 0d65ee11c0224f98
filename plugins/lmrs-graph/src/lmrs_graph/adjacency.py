"""Edges as compressed rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lmrs_graph.typed import Rows, TypedGraph
from lmrs_plugins.distinct import distinct


@dataclass(frozen=True)
class Adjacency:
    """Neighbours of each node: those of node n are `columns[offsets[n]:offsets[n + 1]]`, ascending.

    `offsets` is (nodes + 1,) and `columns` (edges,), int64.
    """

    offsets: Rows
    columns: Rows

    @property
    def degrees(self) -> Rows:
        """(nodes,)"""
        return np.diff(self.offsets)

    def normalised(self) -> npt.NDArray[np.float32]:
        """(edges,) one over the root of the product of both ends' degrees; symmetric if the adjacency is."""
        root = np.sqrt(np.maximum(self.degrees, 1))
        return (1 / (np.repeat(root, self.degrees) * root[self.columns])).astype(np.float32)


def symmetric(graph: TypedGraph) -> Adjacency:
    """Who is joined with whom, whatever the direction, the relation and the number of edges between them."""
    row = np.concatenate([graph.source, graph.target])
    column = np.concatenate([graph.target, graph.source])
    row, column = np.divmod(distinct(row * graph.nodes + column), max(1, graph.nodes))
    return Adjacency(starts(row, graph.nodes), column)


def starts(row: Rows, nodes: int) -> Rows:
    """(nodes + 1,) where the entries of each node begin among ascending ones, and their number at the end."""
    return np.concatenate([[0], np.cumsum(np.bincount(row, minlength=nodes))]).astype(np.int64)
