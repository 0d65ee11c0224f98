"""Parts of a bundle's graphs as networkx has them: what is around a node, and the paths between two."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, pairwise, takewhile

import networkx as nx
import numpy as np

from lmrs_graph.drawing.nearby import FAR, Nearby
from lmrs_graph.typed import Rows, TypedGraph
from lmrs_plugins import Bundle, InputError

Node = tuple[str, str]
"""Subject and id."""
LABELS = ("title", "name")
"""Columns that a person knows a row by, the first that there is."""


class Parts:
    """Takes parts out of a graph over all subjects of a bundle.

    What comes out is an `nx.MultiDiGraph`: a node is (subject, id), with `label` for people and `steps`, how far it is
    from the start; key and `relation` of an edge are its relation.
    """

    def __init__(self, bundle: Bundle, graph: TypedGraph) -> None:
        self._bundle, self._graph, self._near = bundle, graph, Nearby(graph)
        self._subjects = list(graph.sizes)
        self._first = np.cumsum([0, *graph.sizes.values()])

    def around(self, start: Node, hops: int, most: int) -> nx.MultiDiGraph:
        """The node, and those at most `hops` edges away, no more than `most`; all edges between them."""
        steps = self._near.around(self._number(start), hops, most)
        return self._made(
            steps, np.flatnonzero((steps[self._graph.source] != FAR) & (steps[self._graph.target] != FAR))
        )

    def between(self, start: Node, end: Node, hops: int | None, most: int) -> tuple[nx.MultiDiGraph, list[list[Node]]]:
        """Paths of at most `hops` edges, or all shortest ones for None, the first `most` of them, and their edges.

        Raises
        ------
        InputError
            There is none.
        """
        one, other = self._number(start), self._number(end)
        steps = self._near.distances(one, self._graph.nodes if hops is None else hops, other if hops is None else None)
        if one == other or steps[other] == FAR:
            said = f"within {hops} steps; say more with --hops" if hops else "in these graphs"
            why = "they are one node" if one == other else f"there is none {said}"
            raise InputError(f"no path from {' '.join(start)!r} to {' '.join(end)!r}: {why}")
        longest = int(steps[other]) if hops is None else hops
        back = self._near.distances(other, longest)
        steps[(back == FAR) | (steps + back > longest)] = FAR
        kept = self._edges(steps)
        plain = nx.Graph(zip(self._graph.source[kept].tolist(), self._graph.target[kept].tolist(), strict=True))
        found = takewhile(lambda path: len(path) <= longest + 1, nx.shortest_simple_paths(plain, one, other))
        paths = list(islice(found, most))
        steps[np.isin(np.arange(len(steps)), [node for path in paths for node in path], invert=True)] = FAR
        pairs = {frozenset(pair) for path in paths for pair in pairwise(path)}
        ends = zip(self._graph.source[kept].tolist(), self._graph.target[kept].tolist(), strict=True)
        on_paths = kept[np.fromiter((frozenset(pair) in pairs for pair in ends), dtype=bool, count=len(kept))]
        made = self._made(steps, on_paths)
        return made, [[self._name(node) for node in path] for path in paths]

    def find(self, text: str) -> Node:
        """A node by `subject:ID`, or by an id that only one subject has."""
        subject, colon, rest = text.partition(":")
        if colon and subject in self._subjects and rest in self._bundle.vocabularies[subject]:
            return subject, rest
        found = [one for one in self._subjects if text in self._bundle.vocabularies[one]]
        if len(found) == 1:
            return found[0], text
        if found:
            raise InputError(f"{text!r} is the id of several: write {' or '.join(f'{one}:{text}' for one in found)}")
        raise InputError(f"no {', '.join(self._subjects)} of {self._bundle.name!r} is called {text!r}")

    def _edges(self, steps: Rows) -> Rows:
        """Edges of which both ends are near."""
        return np.flatnonzero((steps[self._graph.source] != FAR) & (steps[self._graph.target] != FAR))

    def _number(self, node: Node) -> int:
        subject, id_ = node
        if subject not in self._subjects:
            raise InputError(f"data set {self._bundle.name!r} has no {subject}: it has {', '.join(self._subjects)}")
        (row,) = self._bundle.vocabularies[subject].rows([id_]).tolist()
        return int(self._first[self._subjects.index(subject)]) + int(row)

    def _name(self, node: int) -> Node:
        place = int(np.searchsorted(self._first, node, side="right")) - 1
        subject = self._subjects[place]
        return subject, str(self._bundle.vocabularies[subject].ids[node - int(self._first[place])])

    def _made(self, steps: Rows, edges: Rows) -> nx.MultiDiGraph:
        made, graph = nx.MultiDiGraph(), self._graph
        near = np.flatnonzero(steps != FAR)
        names = {node: self._name(node) for node in near[np.argsort(steps[near], kind="stable")].tolist()}
        for node, (subject, id_) in names.items():
            made.add_node((subject, id_), label=self._label(subject, id_), steps=int(steps[node]))
        for source, target, code in zip(graph.source[edges], graph.target[edges], graph.relation[edges], strict=True):
            relation = graph.relations[code]
            made.add_edge(names[int(source)], names[int(target)], relation, relation=relation)
        return made

    def _label(self, subject: str, id_: str) -> str:
        table = self._bundle.tables.get(subject)
        for name in LABELS:
            if table is not None and name in table.column_names:
                (row,) = self._bundle.vocabularies[subject].rows([id_]).tolist()
                found = table.column(name)[row].as_py()
                return id_ if found is None else str(found)
        return id_


def sentences(paths: Sequence[Sequence[Node]], graph: nx.MultiDiGraph) -> list[str]:
    """Paths as lines of text, with the relations on the way; `<` where an edge is walked against its direction."""
    lines = []
    for path in paths:
        said = [_called(path[0], graph)]
        for one, other in pairwise(path):
            along = sorted(graph.get_edge_data(one, other, default={}))
            against = sorted(graph.get_edge_data(other, one, default={}))
            said.append(f"-{', '.join(along)}-> " if along else f"<-{', '.join(against)}- ")
            said[-1] += _called(other, graph)
        lines.append(" ".join(said))
    return lines


def edges(graph: nx.MultiDiGraph) -> list[str]:
    """Every edge as a line of text."""
    return [
        f"{_called(one, graph)} -{relation}-> {_called(other, graph)}"
        for one, other, relation in sorted(graph.edges(keys=True))
    ]


def _called(node: Node, graph: nx.MultiDiGraph) -> str:
    subject, id_ = node
    label = graph.nodes[node]["label"]
    return f"{subject} {id_}" + (f" ({' '.join(label.split())})" if label != id_ else "")
