"""Typed graphs of a bundle, over all rows of their subjects at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lmrs_plugins import Bundle, InputError
from lmrs_plugins.bundle import Graph
from lmrs_plugins.distinct import distinct

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TypedGraph:
    """Edges `source[e]` —`relation[e]`→ `target[e]`, none of them a loop and none there twice.

    Nodes are numbered over all subjects: row r of a subject is node r plus the `sizes` of those before it. All arrays
    are (edges,) int64; `relations` names the relation codes.
    """

    sizes: Mapping[str, int]
    source: Rows
    target: Rows
    relation: Rows
    relations: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.source)

    @property
    def nodes(self) -> int:
        """How many there are."""
        return sum(self.sizes.values())

    def both_ways(self) -> TypedGraph:
        """With each edge turned round as well, under a relation of its own that stands behind the others."""
        return replace(
            self,
            source=np.concatenate([self.source, self.target]),
            target=np.concatenate([self.target, self.source]),
            relation=np.concatenate([self.relation, self.relation + len(self.relations)]),
            relations=(*self.relations, *(f"{name}, turned round" for name in self.relations)),
        )


def named(bundle: Bundle, name: str) -> TypedGraph:
    """A graph of the bundle by its name.

    Raises
    ------
    InputError
        There is none of that name, or it has no edges; an edge has an end or a relation that is not there; or a graph
        of users and items has edges that are no training events.
    """
    bundle.require(f"graph.{name}")
    graph = bundle.graphs[name]
    where = f"graph {name!r} of {bundle.name!r}"
    check(graph, bundle, where)
    if {graph.head_subject, graph.tail_subject} == {"user", "item"}:
        _check_known(graph, bundle, name)
    subjects = dict.fromkeys((graph.head_subject, graph.tail_subject))
    sizes = {subject: bundle.count(subject) for subject in subjects}
    first = sizes[graph.head_subject] if len(sizes) > 1 else 0
    found = _distinct(TypedGraph(sizes, graph.head, graph.tail + first, graph.relation, graph.relations))
    if not len(found):
        raise InputError(f"{where} has no edges between different nodes; drop: [graph.{name}]")
    return found


def interactions(bundle: Bundle) -> TypedGraph:
    """Users and the items of their training events, each pair once."""
    known = bundle.training()
    sizes = {subject: known.count(subject) for subject in ("user", "item")}
    if not known.count("event"):
        raise InputError(f"data set {bundle.name!r} has no training events: there is no graph of users and items")
    user, item = np.divmod(_pairs(known), sizes["item"])
    return TypedGraph(sizes, user, item + sizes["user"], np.zeros_like(user), ("chose",))


def over(bundle: Bundle, name: str, subject: str) -> TypedGraph:
    """A named graph whose ends are both of one subject."""
    graph = named(bundle, name)
    if list(graph.sizes) != [subject]:
        raise InputError(
            f"graph {name!r} of {bundle.name!r} is of {' and '.join(graph.sizes)}, and not of {subject}: "
            f"take another graph, or subject: {next(iter(graph.sizes))}"
        )
    return graph


def check(graph: Graph, bundle: Bundle, where: str) -> None:
    """Refuse arrays of unequal length, and edges whose ends or relations are not there."""
    if not len(graph.head) == len(graph.tail) == len(graph.relation):
        lengths = f"{len(graph.head)} heads, {len(graph.relation)} relations and {len(graph.tail)} tails"
        raise InputError(f"{where} has {lengths}: an edge has one of each")
    _check_inside(graph.head, bundle.count(graph.head_subject), f"the head of an edge is {graph.head_subject}", where)
    _check_inside(graph.tail, bundle.count(graph.tail_subject), f"the tail of an edge is {graph.tail_subject}", where)
    _check_inside(graph.relation, len(graph.relations), "the relation of an edge is number", where)


def _check_inside(rows: Rows, count: int, what: str, where: str) -> None:
    outside = np.flatnonzero((rows < 0) | (rows >= count))
    if len(outside):
        raise InputError(f"{where}, edge {outside[0]}: {what} {rows[outside[0]]}, and there are {count}")


def _check_known(graph: Graph, bundle: Bundle, name: str) -> None:
    """Of what joins users and items only that is certain to be known in training which is a training event."""
    users_first = graph.head_subject == "user"
    user, item = (graph.head, graph.tail) if users_first else (graph.tail, graph.head)
    unknown = ~np.isin(user * bundle.count("item") + item, _pairs(bundle.training()))
    if unknown.any():
        raise InputError(
            f"graph {name!r} of {bundle.name!r} joins users and items, and {np.count_nonzero(unknown)} of its "
            f"{len(graph)} edges are no training events: they may be what is asked for; drop: [graph.{name}]"
        )


def _pairs(bundle: Bundle) -> Rows:
    """User times the number of items plus item, of each pair that has an event; ascending."""
    return distinct(bundle.users * bundle.count("item") + bundle.items)


def _distinct(graph: TypedGraph) -> TypedGraph:
    """Without loops, and each edge once; ordered by target, relation and source."""
    apart = graph.source != graph.target
    relations = max(1, len(graph.relations))
    keys = (graph.target[apart] * relations + graph.relation[apart]) * graph.nodes + graph.source[apart]
    rest, source = np.divmod(distinct(keys), max(1, graph.nodes))
    target, relation = np.divmod(rest, relations)
    return replace(graph, source=source, target=target, relation=relation)
