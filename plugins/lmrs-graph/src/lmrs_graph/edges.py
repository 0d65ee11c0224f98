"""The edges of a named graph, as inputs of encoders; no torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from lmrs_graph.adjacency import starts
from lmrs_graph.later import Named
from lmrs_graph.typed import Rows, TypedGraph
from lmrs_plugins import Bundle, View


class AllEdges:
    """Every edge, with the direction that messages take; `relations` is the number of relations.

    `named` says where in a bundle it is, for others than it was made on.
    """

    def __init__(self, graph: TypedGraph, named: Named) -> None:
        self.relations = len(graph.relations)
        self._graph, self._named = graph, named

    def whole(self) -> View:
        """`source`, `target` and `relation`, (e,) each."""
        graph = self._graph
        return View(values={"source": graph.source, "target": graph.target, "relation": graph.relation})

    def on(self, bundle: Bundle) -> AllEdges:
        """With the nodes that have been added since, and the edges to them."""
        return AllEdges(self._named.on(bundle, self._graph), self._named)


class Neighbourhoods:
    """Trees of some of the edges that lead to a row, drawn anew in training and always the same in evaluation.

    With `fan` (k1, k2, …) a row has k1 neighbours at most, each of these k2, and so on: a tree of
    1 + k1 + k1 k2 + … places, level by level, in which the children of a place stand side by side. Of a row with more
    neighbours than there are places one is drawn from each of as many equal shares of them; in evaluation the one in
    the middle is taken.
    """

    def __init__(self, graph: TypedGraph, named: Named, fan: Sequence[int]) -> None:
        self.relations = len(graph.relations)
        self._named, self._subject, self._fan = named, named.subject, tuple(fan)
        order = np.argsort(graph.target, kind="stable")
        self._offsets = starts(graph.target, graph.nodes)
        ordered = (graph.source[order], graph.target[order], graph.relation[order])
        self._graph = replace(graph, source=ordered[0], target=ordered[1], relation=ordered[2])

    def rows(self, rows: Rows, rng: np.random.Generator | None = None) -> View:
        """`nodes` (n, places), with a mask, and `relation` (n, places): by which a node is joined to the one above."""
        level, there = rows[:, None], np.ones((len(rows), 1), dtype=bool)
        nodes, relations, masks = [level], [np.zeros_like(level)], [there]
        for width in self._fan:
            level, relation, there = (one.reshape(len(rows), -1) for one in self._draw(level, there, width, rng))
            nodes.append(level)
            relations.append(relation)
            masks.append(there)
        whole = {"relation": np.concatenate(relations, 1)}
        found = {"nodes": np.concatenate(nodes, 1), self._subject: rows}
        return View(found, dict.fromkeys(found, self._subject), whole, np.concatenate(masks, 1))

    def cost(self, rows: Rows) -> Rows:
        """(n,) places of the tree of a row."""
        return np.full(len(rows), sum(np.cumprod((1, *self._fan))), dtype=np.int64)

    def on(self, bundle: Bundle) -> Neighbourhoods:
        """With the nodes that have been added since, and the edges to them."""
        return Neighbourhoods(self._named.on(bundle, self._graph), self._named, self._fan)

    def _draw(
        self, level: Rows, there: npt.NDArray[np.bool_], width: int, rng: np.random.Generator | None
    ) -> tuple[Rows, Rows, npt.NDArray[np.bool_]]:
        """(n, m) rows -> (n, m, width) neighbours, relations and a mask."""
        first = self._offsets[level][..., None]
        many = np.where(there, self._offsets[level + 1] - self._offsets[level], 0)[..., None]
        place = np.arange(width)
        share = 0.5 if rng is None else rng.random((*level.shape, width))
        drawn = np.minimum(((place + share) * many / width).astype(np.int64), many - 1)
        chosen = np.where(many > width, drawn, place)
        mask = place < many
        at = np.where(mask, first + chosen, 0)
        return self._graph.source[at] * mask, self._graph.relation[at] * mask, mask


class Links:
    """The entity that each row of a subject is."""

    def __init__(self, links: Rows, subject: str) -> None:
        self._links, self._subject = links, subject

    def rows(self, rows: Rows, rng: np.random.Generator | None = None) -> View:
        """`entity` (n,), masked where a row is none."""
        linked = self._links[rows]
        return View({"entity": np.maximum(linked, 0)}, {"entity": "entity"}, mask=linked >= 0)

    def on(self, bundle: Bundle) -> Links:
        """With the rows that have been added since."""
        return Links(bundle.links[self._subject], self._subject)
