"""Which nodes of a large graph to look at: those around one, or those between two."""

from __future__ import annotations

import numpy as np

from lmrs_graph.adjacency import starts
from lmrs_graph.typed import Rows, TypedGraph

FAR = -1


class Nearby:
    """Walks along the edges of a graph, in both directions."""

    def __init__(self, graph: TypedGraph) -> None:
        both = graph.both_ways()
        order = np.argsort(both.source, kind="stable")
        self._offsets = starts(both.source, graph.nodes)
        self._target, self._relation = both.target[order], both.relation[order]
        self._nodes = graph.nodes

    def around(self, start: int, hops: int, most: int) -> Rows:
        """(nodes,) steps to each node that is at most `hops` away, `FAR` for the others; no more than `most` of them.

        Where there is no room for all, each level has its share of it, and in a level each relation gives as many as
        the others, lower rows first.
        """
        steps = self.distances(start, hops)
        if np.count_nonzero(steps != FAR) <= most:
            return steps
        steps = np.full(self._nodes, FAR)
        steps[start] = 0
        level, room = np.array([start]), most - 1
        for step in range(1, hops + 1):
            found, relation = self._edges(level)
            new = steps[found] == FAR
            found, first = np.unique(found[new], return_index=True)
            relation = relation[new][first]
            share = -(-room // (hops - step + 1))
            level = np.sort(found[_in_turn(relation)[:share]])
            steps[level] = step
            room -= len(level)
            if not len(level) or not room:
                break
        return steps

    def distances(self, start: int, within: int, until: int | None = None) -> Rows:
        """(nodes,) steps to each node that is at most `within` away, or no farther than `until` is; else `FAR`."""
        steps = np.full(self._nodes, FAR)
        steps[start] = 0
        level = np.array([start])
        for step in range(1, within + 1):
            if not len(level) or (until is not None and steps[until] != FAR):
                break
            found, _ = self._edges(level)
            level = np.unique(found[steps[found] == FAR])
            steps[level] = step
        return steps

    def _edges(self, level: Rows) -> tuple[Rows, Rows]:
        """Other ends and relations of all edges of some nodes."""
        counts = self._offsets[level + 1] - self._offsets[level]
        at = np.repeat(self._offsets[level] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return self._target[at], self._relation[at]


def _in_turn(kind: Rows) -> Rows:
    """(n,) an order in which the first of each kind come before the second of any."""
    order = np.argsort(kind, kind="stable")
    ordered = kind[order]
    begins = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(kind) else np.zeros(0, np.int64)
    place = np.empty_like(kind)
    place[order] = np.arange(len(kind)) - np.repeat(begins, np.diff(np.r_[begins, len(kind)]))
    return np.lexsort((kind, place))
