"""Whole tables, computed in chunks: for evaluation, for export, and for what is frozen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

import numpy as np
import torch

from lmrs.model.batch import Batch
from lmrs.model.chunks import Places, alike, costs_of, place_in
from lmrs.model.graph import Graph, Keeping, Node
from lmrs.model.joined import joined
from lmrs.model.kept import KeptRows, keepable, keys_of
from lmrs.model.memory import enough_memory
from lmrs.model.plan import EVENT, Plan
from lmrs.model.step import GraphStep
from lmrs_plugins import Encoding

CHUNK = 1024


@torch.no_grad()
def whole_tables(
    graph: Graph, wanted: Collection[str], device: torch.device, known: dict[str, Any] | None = None, chunk: int = CHUNK
) -> dict[str, Any]:
    """The whole table of each wanted node and of what it is computed from, inputs first, in evaluation mode.

    Nodes that have none (in context, or of a product of subjects) are passed over, and so are events that are not
    themselves wanted: examples may hold those of other data. `known` holds tables that need not
    be computed again. Memory: one table of (rows, width) each, and `chunk` rows of inputs.
    """
    plan = Plan(graph.plans(), [])
    tables = dict(known or {})
    for name in _below(graph, wanted):
        node = graph.nodes[name]
        if name in tables or node.plan.finite is None or node.plan.evaluation == "view":
            continue
        if EVENT in node.plan.subjects.values() and name not in wanted:
            continue
        training = node.module.training
        node.module.eval()
        if node.plan.evaluation == "rows":
            tables[name] = _by_rows(graph, node, plan, tables, device, chunk)
        else:
            tables[name] = GraphStep(graph, Batch(0), tables).whole(node)
        node.module.train(training)
    return tables


def _by_rows(graph: Graph, node: Node, plan: Plan, tables: dict[str, Any], device: torch.device, chunk: int) -> Any:
    """All rows of a node: what was kept of them, and the rest computed."""
    rows = np.arange(node.plan.finite or 0, dtype=np.int64)

    def computed(wanted: Places) -> Iterator[tuple[Places, Any]]:
        """Rows as places among all, and their encoding: under the node's budget, otherwise `chunk` at a time."""
        name, binding = node.plan.name, node.plan.binding
        parts = plan.parts(name, wanted) if node.plan.budget else alike(costs_of(name, binding, wanted), chunk)
        for part in parts:
            gather = plan.inputs(node.plan.name, wanted[part])
            batch = Batch(len(part), gathers={node.plan.name: gather}).to(device)
            with enough_memory(f"node {node.plan.name!r}", {f"model.{node.plan.name}.budget": node.plan.budget}):
                yield wanted[part], GraphStep(graph, batch, tables).of_gather(node)

    kept = None if graph.keeping is None or not len(rows) else _kept(graph.keeping, node, rows, computed, device)
    if kept is not None:
        return kept
    parts, pieces = zip(*computed(rows), strict=True)
    place = place_in(list(parts))
    return joined(pieces, None if place is None else torch.from_numpy(place).to(device))


def _kept(
    keeping: Keeping,
    node: Node,
    rows: Places,
    computed: Callable[[Places], Iterator[tuple[Places, Any]]],
    device: torch.device,
) -> Encoding | None:
    """All rows, those that were kept and those that are now; None where they are not to be kept."""
    if node.plan.name not in keeping.about:
        return None
    kept = KeptRows.of(node, keeping.folder, keeping.about[node.plan.name], device)
    if kept is None:
        return None
    keys = keys_of(node.plan.name, node.plan.binding, rows)
    lacking = kept.lacking(keys)
    if len(lacking):
        for part, found in computed(lacking):
            if not keepable(found):
                return None
            kept.add(part, keys[part], found)
        kept.flush()
    found = kept.table(keys)
    mask = None if found.mask is None else found.mask.to(device)
    return Encoding(vectors=found.main.to(device), mask=mask)


def _below(graph: Graph, wanted: Collection[str]) -> list[str]:
    """The wanted nodes and everything under them, inputs first."""
    reached = set(wanted)
    for name in reversed(graph.nodes):
        if name in reached:
            reached.update(wire.node for wire in graph.nodes[name].plan.inputs())
    return [name for name in graph.nodes if name in reached]
