"""All that is known at training time as one graph, over the rows of all subjects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lmrs_graph.typed import Rows, TypedGraph, check, interactions
from lmrs_plugins import Bundle, InputError

EVENTS, CHOSE, IS = "events", "chose", "is"


def everything(bundle: Bundle, names: Sequence[str] = ()) -> TypedGraph:
    """Training events as `chose`, links as `is` and the named graphs of a bundle, or some of them: loops left out.

    Raises
    ------
    InputError
        There is no graph of a name, or no edge in what is asked for.
    """
    wanted = names or [EVENTS, *bundle.graphs]
    for name in wanted:
        if name != EVENTS and name not in bundle.graphs:
            known = ", ".join([EVENTS, *bundle.graphs])
            raise InputError(f"data set {bundle.name!r} has no graph {name!r}: there are {known}")
    sizes = {subject: len(vocabulary) for subject, vocabulary in bundle.vocabularies.items()}
    first = dict(zip(sizes, np.cumsum([0, *sizes.values()]).tolist(), strict=False))
    nothing = np.zeros(0, dtype=np.int64)
    parts: list[tuple[Rows, Rows, Rows]] = [(nothing, nothing, nothing)]
    relations: list[str] = []

    def add(source: Rows, target: Rows, relation: Rows, called: Sequence[str]) -> None:
        parts.append((source, target, relation + len(relations)))
        relations.extend(called)

    for name in wanted:
        if name == EVENTS:
            chosen = interactions(bundle) if bundle.training().count("event") else None
            if chosen is not None:
                items = chosen.target - chosen.sizes["user"]
                add(chosen.source + first["user"], items + first["item"], chosen.relation, [CHOSE])
            continue
        graph = bundle.graphs[name]
        check(graph, bundle, f"graph {name!r} of {bundle.name!r}")
        head, tail = graph.head + first[graph.head_subject], graph.tail + first[graph.tail_subject]
        add(head, tail, graph.relation, graph.relations)
    if any(name != EVENTS for name in wanted):
        for subject, link in bundle.links.items():
            linked = np.flatnonzero(link >= 0)
            add(linked + first[subject], link[linked] + first["entity"], np.zeros_like(linked), [IS])
    source, target, relation = (np.concatenate(one) for one in zip(*parts, strict=True))
    apart = source != target
    if not apart.any():
        raise InputError(f"data set {bundle.name!r} has no edges in {', '.join(wanted)}")
    return TypedGraph(sizes, source[apart], target[apart], relation[apart], tuple(relations))
