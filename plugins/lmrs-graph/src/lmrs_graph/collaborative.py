"""Users, items and what is known of things as one graph: the collaborative knowledge graph of KGAT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lmrs_graph.edges import Neighbourhoods
from lmrs_graph.later import Named
from lmrs_graph.typed import Rows, TypedGraph, interactions, over
from lmrs_plugins import Bundle, View

CHOSE, IS = "chose", "is"


@dataclass(frozen=True)
class Collaborative:
    """Training events and a named graph of entities, in both directions, over users, items and entities.

    An entity that an item is linked to is that item's node, the first item's where there are several: the others are
    joined to it by `is`. `item` (entities,) is that item, or -1.
    """

    graph: TypedGraph
    item: Rows

    @classmethod
    def of(cls, bundle: Bundle, name: str) -> Collaborative:
        """From the training events of a bundle and a graph of entities."""
        events, known = interactions(bundle), over(bundle, name, "entity")
        users, items, entities = (bundle.count(subject) for subject in ("user", "item", "entity"))
        link = bundle.links.get("item", np.full(items, -1))
        linked = np.flatnonzero(link >= 0)
        item = np.full(entities, -1)
        item[link[linked[::-1]]] = linked[::-1]
        node = np.where(item >= 0, users + item, users + items + np.arange(entities))
        more = linked[item[link[linked]] != linked]
        parts = (
            (events.source, events.target, events.relation),
            (users + more, node[link[more]], np.ones_like(more)),
            (node[known.source], node[known.target], known.relation + 2),
        )
        source, target, relation = (np.concatenate(one) for one in zip(*parts, strict=True))
        sizes = {"user": users, "item": items, "entity": entities}
        return cls(TypedGraph(sizes, source, target, relation, (CHOSE, IS, *known.relations)).both_ways(), item)


class WholeCollaborative:
    """All of it, for an encoder of all nodes."""

    def __init__(self, found: Collaborative) -> None:
        self.relations = len(found.graph.relations)
        self._found = found

    def whole(self) -> View:
        """`source`, `target` and `relation` (e,), and `same` (entities,): the item that an entity is, or -1."""
        graph = self._found.graph
        return View(
            values={
                "source": graph.source,
                "target": graph.target,
                "relation": graph.relation,
                "same": self._found.item,
            }
        )


class SampledCollaborative:
    """Trees of some of the neighbours of rows of one subject."""

    def __init__(self, found: Collaborative, subject: str, fan: Sequence[int]) -> None:
        self.relations = len(found.graph.relations)
        self._subject, self._sizes = subject, dict(found.graph.sizes)
        self._trees = Neighbourhoods(found.graph, Named("", "node", False), fan)
        of_item = np.full(self._sizes["item"], -1)
        same = np.flatnonzero(found.item >= 0)
        of_item[found.item[same]] = same
        self._entity = of_item
        users, items = self._sizes["user"], self._sizes["item"]
        places = np.where(found.item >= 0, users + found.item, users + items + np.arange(len(found.item)))
        self._place = {"user": np.arange(users), "item": users + np.arange(items), "entity": places}[subject]

    def rows(self, rows: Rows, rng: np.random.Generator | None = None) -> View:
        """Rows of `users`, `items` and `entities` (n, places), `kind` (n, places, 3) saying which of them count, and
        `relation` (n, places); the mask is the trees'.
        """
        trees = self._trees.rows(self._place[rows], rng)
        nodes, users, items = trees["nodes"], self._sizes["user"], self._sizes["item"]
        item = np.clip(nodes - users, 0, items - 1)
        is_item = (nodes >= users) & (nodes < users + items)
        entity = np.where(is_item, self._entity[item], nodes - users - items)
        is_entity = (entity >= 0) & (nodes >= users)
        found = {
            "users": np.minimum(nodes, users - 1),
            "items": item,
            "entities": np.maximum(entity, 0),
            self._subject: rows,
        }
        subjects = {"users": "user", "items": "item", "entities": "entity", self._subject: self._subject}
        kind = np.stack([nodes < users, is_item, is_entity], -1)
        return View(found, subjects, {"kind": kind, "relation": trees["relation"]}, trees.mask)

    def cost(self, rows: Rows) -> Rows:
        """(n,) places of the tree of a row."""
        return self._trees.cost(rows)
