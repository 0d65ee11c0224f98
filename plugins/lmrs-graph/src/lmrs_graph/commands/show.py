"""`lmrs graph show`."""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx as nx

from lmrs_graph.commands.options import Show as Options
from lmrs_graph.drawing.everything import everything
from lmrs_graph.drawing.part import Node, Parts, edges, sentences
from lmrs_graph.drawing.png import png
from lmrs_graph.drawing.scene import scene
from lmrs_graph.drawing.svg import svg
from lmrs_plugins import Console, Told


class Show:
    """Show what is around a user, item or entity, or the paths between two.

    Edges are those that a model may know: training events, links of items to entities, and the graphs of the data.
    """

    examples = (
        "lmrs graph show synthetic --item i003",
        "lmrs graph show ml-100k --user 1 --hops 2 --most 100 --out user-1.svg",
        "lmrs graph show ./movies --user 1 --to item:260 --hops 4 --out why.png",
        "lmrs graph show ./movies --item 260 --graph knowledge --json",
    )

    def __init__(self, options: Options) -> None:
        self._options = options

    def run(self, console: Console) -> Told:
        said = self._options
        bundle = console.data(said.data, said.set)
        parts = Parts(bundle, everything(bundle, said.graph))
        paths: list[list[Node]] = []
        if said.to is None:
            graph = parts.around(said.start, said.hops or 1, said.most)
            title = f"{' '.join(said.start)} of {bundle.name}, {said.hops or 1} steps around"
        else:
            end = parts.find(said.to)
            graph, paths = parts.between(said.start, end, said.hops, said.paths)
            title = f"from {' '.join(said.start)} to {' '.join(end)} in {bundle.name}"
        if said.out is not None:
            drawing = scene(graph, title, in_columns=said.to is not None)
            console.write(said.out, png(drawing) if said.out.suffix.lower() == ".png" else svg(drawing))
        lines = [_counted(graph, title), *(sentences(paths, graph) if said.to is not None else edges(graph))]
        if said.out is not None:
            lines = [lines[0], f"drawn in {said.out}"]
        return Told(_as_plain(graph, paths, said), lines)


def _counted(graph: nx.MultiDiGraph, title: str) -> str:
    subjects = Counter(subject for subject, _ in graph)
    nodes = ", ".join(f"{count} {subject if count == 1 else _many(subject)}" for subject, count in subjects.items())
    return f"{title}: {nodes}, {graph.number_of_edges()} edges"


def _many(subject: str) -> str:
    return f"{subject[:-1]}ies" if subject.endswith("y") else f"{subject}s"


def _as_plain(graph: nx.MultiDiGraph, paths: list[list[Node]], said: Options) -> dict[str, Any]:
    nodes = [{"subject": node[0], "id": node[1], **facts} for node, facts in graph.nodes(data=True)]
    joined = [
        {"source": list(one), "relation": relation, "target": list(other)}
        for one, other, relation in sorted(graph.edges(keys=True))
    ]
    found: dict[str, Any] = {"nodes": nodes, "edges": joined}
    if said.to is not None:
        found["paths"] = [[list(node) for node in path] for path in paths]
    return {**found, "out": None if said.out is None else str(said.out)}
